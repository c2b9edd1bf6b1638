import { zeros } from './network.js';
import { type Answer, answer, filled, gradientAt, type Question } from './score.js';

export function integrated(question: Question): Answer {
  const { image, options } = question;
  const b = filled(options.baseline, image);
  const { nodes, weights } =
    options.rule === 'gauss-legendre' ? legendre(options.steps) : midpoint(options.steps);
  const sum = zeros(image.length);
  nodes.forEach((node, k) => {
    const g = gradientAt(
      question,
      image.map((x, i) => b[i] + node * (x - b[i])),
    );
    g.forEach((value, i) => {
      sum[i] += weights[k] * value;
    });
  });
  return answer(
    question,
    sum.map((value, i) => value * (image[i] - b[i])),
  );
}

function midpoint(steps: number) {
  return {
    nodes: Array.from({ length: steps }, (_, k) => (k + 0.5) / steps),
    weights: new Array(steps).fill(1 / steps),
  };
}

/** The zeros of the Legendre polynomial by bisection between the changes of its sign. */
function legendre(steps: number) {
  const polynomial = (x: number) => {
    let [last, now] = [1, x];
    for (let k = 2; k <= steps; k++) [last, now] = [now, ((2 * k - 1) * x * now - (k - 1) * last) / k];
    return { value: now, slope: (steps * (x * now - last)) / (x * x - 1) };
  };
  const nodes: number[] = [];
  const weights: number[] = [];
  const grid = Array.from(
    { length: 20 * steps * steps },
    (_, i, all = 20 * steps * steps) => -Math.cos((Math.PI * (i + 0.5)) / all),
  );
  for (let i = 1; i < grid.length; i++) {
    let [low, high] = [grid[i - 1], grid[i]];
    if (polynomial(low).value * polynomial(high).value > 0) continue;
    for (let k = 0; k < 60; k++) {
      const middle = (low + high) / 2;
      if (polynomial(low).value * polynomial(middle).value <= 0) high = middle;
      else low = middle;
    }
    nodes.push((1 + low) / 2);
    weights.push(1 / ((1 - low * low) * polynomial(low).slope ** 2));
  }
  return { nodes, weights };
}
