import {
  type Linear,
  type Network,
  type Norm,
  type Op,
  type Softmax,
  type Step,
  size,
  zeros,
} from './network.js';

/**
 * What rounding may do to a sum whose terms have this total size: nothing, or a seeded error of float32's order. Maps
 * that such errors change are not fit to be compared with a float32 program.
 */
export type Rounding = (magnitude: number) => number;

export const exact: Rounding = () => 0;

export function rounding(seed: number, relative = 2 ** -22): Rounding {
  let state = seed >>> 0 || 1;
  return (magnitude) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return magnitude * relative * (state / 2 ** 31 - 1);
  };
}

/** Every value of the network for one image. */
export function forward(net: Network, image: number[], round: Rounding = exact): number[][] {
  const values: number[][] = [];
  values[0] = image;
  for (const { op, inputs, output } of net.steps)
    values[output] = compute(
      op,
      inputs.map((i) => values[i]),
      size(net.shapes[output]),
      round,
    );
  return values;
}

function compute(op: Op, inputs: number[][], length: number, round: Rounding): number[] {
  const off = (y: number) => y + round(Math.abs(y));
  switch (op.kind) {
    case 'linear':
      return linear(op, inputs, round);
    case 'activation':
      return inputs[0].map((x, i) => (op.name === 'relu' ? op.value(x, i) : off(op.value(x, i))));
    case 'max':
      return op.candidates.map((places) =>
        places.reduce((best, [i, p]) => Math.max(best, inputs[i][p]), -Infinity),
      );
    case 'product':
      return op.places.map((places) => off(places.reduce((y, place, i) => y * inputs[i][place], 1)));
    case 'norm': {
      const y = zeros(length);
      for (const group of op.groups) {
        const { centred, deviation } = moments(op, group, inputs[0]);
        group.forEach((place, i) => {
          y[place] = off((op.gain[place] * centred[i]) / deviation + op.bias[place]);
        });
      }
      return y;
    }
    case 'softmax': {
      const y = zeros(length);
      for (const group of op.groups) {
        const p = probabilities(group, inputs[0]);
        group.forEach((place, i) => {
          y[place] = off(op.log ? Math.log(p[i]) : p[i]);
        });
      }
      return y;
    }
  }
}

function linear(op: Linear, inputs: number[][], round: Rounding = exact): number[] {
  const z = [...op.bias];
  const terms = op.bias.map(Math.abs);
  op.connections.forEach(({ from, to, weight }, input) => {
    for (let k = 0; k < from.length; k++) {
      const term = inputs[input][from[k]] * weight[k];
      z[to[k]] += term;
      terms[to[k]] += Math.abs(term);
    }
  });
  return op.form === 'move' ? z : z.map((value, j) => value + round(terms[j]));
}

export function moments({ epsilon }: Norm, group: number[], x: number[]) {
  const mean = group.reduce((sum, place) => sum + x[place], 0) / group.length;
  const centred = group.map((place) => x[place] - mean);
  const variance = centred.reduce((sum, u) => sum + u * u, 0) / group.length;
  return { centred, variance, deviation: Math.sqrt(variance + epsilon) };
}

function probabilities(group: number[], x: number[]): number[] {
  const top = Math.max(...group.map((place) => x[place]));
  const e = group.map((place) => Math.exp(x[place] - top));
  const sum = e.reduce((a, b) => a + b, 0);
  return e.map((value) => value / sum);
}

/** Place of the winner among the candidates: the first of the largest. */
export function winner(candidates: [number, number][], inputs: number[][]): [number, number] {
  return candidates.reduce((best, one) => (inputs[one[0]][one[1]] > inputs[best[0]][best[1]] ? one : best));
}

/** What a method sends from the output of a step to its inputs, one array for each input. */
export type Through = (
  step: Step,
  top: number[],
  inputs: number[][],
  output: number[],
  round: Rounding,
) => number[][];

/** Sends `seed` from the logits down to every value: [value][place]. */
export function backward(
  net: Network,
  values: number[][],
  seed: number[],
  through: Through,
  round: Rounding = exact,
): number[][] {
  const sent = net.shapes.map((shape) => zeros(size(shape)));
  sent[net.output] = [...seed];
  for (const step of [...net.steps].reverse()) {
    const inputs = step.inputs.map((i) => values[i]);
    const down = through(step, sent[step.output], inputs, values[step.output], round);
    step.inputs.forEach((value, i) => {
      sent[value] = sent[value].map((sum, place) => sum + down[i][place]);
    });
  }
  return sent;
}

/** The transposed Jacobian of a step times `dy`. */
export const jacobian: Through = ({ op }, dy, inputs, output, round) => {
  const down = inputs.map((x) => zeros(x.length));
  switch (op.kind) {
    case 'linear':
      return transposed(op, dy, inputs, round);
    case 'activation':
      return [inputs[0].map((x, i) => dy[i] * op.slope(x, i))];
    case 'max':
      op.candidates.forEach((candidates, j) => {
        const [input, place] = winner(candidates, inputs);
        down[input][place] += dy[j];
      });
      return down;
    case 'product':
      op.places.forEach((places, j) => {
        places.forEach((place, i) => {
          const others = places.reduce((y, other, k) => (k === i ? y : y * inputs[k][other]), 1);
          down[i][place] += dy[j] * others;
        });
      });
      return down;
    case 'norm':
      for (const group of op.groups) {
        const { centred, deviation } = moments(op, group, inputs[0]);
        const v = group.map((place) => (dy[place] * op.gain[place]) / deviation);
        const mean = v.reduce((a, b) => a + b, 0) / group.length;
        const along =
          v.reduce((sum, value, i) => sum + value * centred[i], 0) / group.length / deviation ** 2;
        group.forEach((place, i) => {
          const terms = Math.abs(v[i]) + Math.abs(mean) + Math.abs(centred[i] * along);
          down[0][place] = v[i] - mean - centred[i] * along + round(terms);
        });
      }
      return down;
    case 'softmax':
      return [softmaxGradient(op, dy, inputs[0], output, round)];
  }
};

export function transposed(
  op: Linear,
  dy: number[],
  inputs: number[][],
  round: Rounding = exact,
): number[][] {
  return op.connections.map(({ from, to, weight }, input) => {
    const down = zeros(inputs[input].length);
    const terms = zeros(down.length);
    for (let k = 0; k < from.length; k++) {
      const term = weight[k] * dy[to[k]];
      down[from[k]] += term;
      terms[from[k]] += Math.abs(term);
    }
    return op.form === 'move' ? down : down.map((value, i) => value + round(terms[i]));
  });
}

function softmaxGradient(op: Softmax, dy: number[], x: number[], y: number[], round: Rounding): number[] {
  const down = zeros(x.length);
  for (const group of op.groups) {
    const p = probabilities(group, x);
    const total = group.reduce((sum, place) => sum + dy[place] * (op.log ? 1 : y[place]), 0);
    group.forEach((place, i) => {
      down[place] = op.log ? dy[place] - p[i] * total : p[i] * (dy[place] - total);
      down[place] += round(p[i] * (Math.abs(dy[place]) + Math.abs(total)));
    });
  }
  return down;
}
