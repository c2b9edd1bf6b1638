import { backward, jacobian } from './compute.js';
import { type Answer, answer, dot, type Question, scored } from './score.js';

/** A layer's output A and the gradient of the score there, as [position][channel]. */
function atLayer(question: Question) {
  const { net, image, options, round } = question;
  const found = options.layer
    ? net.convolutions.find(({ layer }) => layer === options.layer)
    : net.convolutions.at(-1);
  const { values, seed } = scored(question).at(image);
  const sent = backward(net, values, seed, jacobian, round);
  const { value, channelsFirst } = found!;
  const [h, w, channels] = channelsFirst
    ? [...net.shapes[value].slice(1), net.shapes[value][0]]
    : net.shapes[value];
  const rows = (all: number[]) =>
    Array.from({ length: h * w }, (_, i) =>
      Array.from({ length: channels }, (_, k) => all[channelsFirst ? k * h * w + i : i * channels + k]),
    );
  return { shape: [h, w], activation: rows(values[value]), gradient: rows(sent[value]) };
}

export function cam(weightsOf: (activation: number[][], gradient: number[][]) => number[]) {
  return (question: Question): Answer => {
    const { net, options } = question;
    const { shape, activation, gradient } = atLayer(question);
    const weights = weightsOf(activation, gradient);
    let map = activation.map((row) => dot(row, weights));
    if (options.relu !== false) map = map.map((value) => Math.max(value, 0));
    const [h, w] = net.shapes[0];
    const { upsample = 'bilinear' } = options;
    return answer(
      question,
      upsample === 'none' ? map : resized(map, shape, [h, w], upsample === 'bilinear-align-corners'),
    );
  };
}

export const total = (values: number[]) => values.reduce((a, b) => a + b, 0);
export const column = (rows: number[][], k: number) => rows.map((row) => row[k]);

function resized(map: number[], [h, w]: number[], [height, width]: number[], corners: boolean): number[] {
  const ends = (place: number, from: number, to: number): [number, number][] => {
    const at = corners
      ? to > 1
        ? (place * (from - 1)) / (to - 1)
        : 0
      : Math.max(0, ((place + 0.5) * from) / to - 0.5);
    const low = Math.min(Math.floor(at), from - 1);
    return [
      [low, 1 - (at - low)],
      [Math.min(low + 1, from - 1), at - low],
    ];
  };
  return Array.from({ length: height * width }, (_, i) => {
    let sum = 0;
    for (const [y, wy] of ends(Math.floor(i / width), h, height))
      for (const [x, wx] of ends(i % width, w, width)) sum += wy * wx * map[y * w + x];
    return sum;
  });
}
