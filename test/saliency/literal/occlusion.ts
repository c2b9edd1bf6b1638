import { zeros } from './network.js';
import { type Answer, answer, filled, type Question, scored } from './score.js';

export function occlusion(question: Question): Answer {
  const { net, image, options } = question;
  const [h, w, c] = net.shapes[0];
  const b = filled(options.baseline, image);
  const { at } = scored(question);
  const whole = at(image).score;
  const starts = (length: number, window: number, stride: number) =>
    Array.from({ length: Math.max(0, Math.ceil((length - window) / stride)) + 1 }, (_, i) => i * stride);
  const sum = zeros(image.length);
  const count = zeros(image.length);
  for (const top of starts(h, options.window[0], options.stride[0]))
    for (const left of starts(w, options.window[1], options.stride[1])) {
      const inside = (i: number) => {
        const [y, x] = [Math.floor(i / (w * c)), Math.floor(i / c) % w];
        return y >= top && y < top + options.window[0] && x >= left && x < left + options.window[1];
      };
      const fall = whole - at(image.map((value, i) => (inside(i) ? b[i] : value))).score;
      image.forEach((_, i) => {
        if (!inside(i)) return;
        sum[i] += fall;
        count[i]++;
      });
    }
  return answer(
    question,
    sum.map((value, i) => (count[i] ? value / count[i] : 0)),
  );
}
