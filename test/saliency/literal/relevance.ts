import { type Rounding, type Through, transposed, winner } from './compute.js';
import {
  isFirst,
  isLayer,
  type Linear,
  type Network,
  type Norm,
  type Product,
  type Step,
  zeros,
} from './network.js';

const p = (x: number) => Math.max(x, 0);
const n = (x: number) => Math.min(x, 0);
const sign = (z: number) => (z < 0 ? -1 : 1);

/** The relevance that reaches no pixel, by where it went. */
export interface Share {
  /** To biases. */
  bias: number;
  /** To the stabilisers of the denominators. */
  stabiliser: number;
  /** To pixels outside the picture, and where a denominator is 0. */
  lost: number;
}

/** R_i = Σ_j numerator_ij · R_j / denominator(Σ_i numerator_ij + biasNumerator_j). */
interface Formula {
  numerator(x: number, w: number, j: number, i: number): number;
  bias(b: number, j: number): number;
  denominator(z: number): number;
}

/** A rule of a layer: relevance of its output → of its inputs. */
export type Rule = (context: Context, op: Linear, relevance: number[], inputs: number[][]) => number[][];

interface Context {
  share: Share;
  round: Rounding;
  /** z = x W + b, as the network computes it. */
  output: number[];
  /** Lowest and highest values that the layer's input can have. */
  bounds?: Bounds;
}

export interface Bounds {
  low: number[];
  high: number[];
}

const stabilised = (epsilon: number) => (z: number) => z + sign(z) * epsilon;

const s = stabilised(1e-6);

function distribute(formula: Formula, factor = 1): Rule {
  return ({ share, round }, op, relevance, inputs) => {
    const z = op.bias.map((b, j) => formula.bias(b, j));
    const terms = z.map(Math.abs);
    const each = (act: (input: number, i: number, j: number, term: number) => void) => {
      op.connections.forEach(({ from, to, weight }, input) => {
        for (let k = 0; k < from.length; k++)
          act(input, from[k], to[k], formula.numerator(inputs[input][from[k]], weight[k], to[k], from[k]));
      });
    };
    each((_input, _i, j, term) => {
      z[j] += term;
      terms[j] += Math.abs(term);
    });
    const down = inputs.map((x) => zeros(x.length));
    const portion = z.map((value, j) => {
      const rounded = value + round(terms[j]);
      const denominator = formula.denominator(rounded);
      const part = denominator === 0 ? 0 : (factor * relevance[j]) / denominator;
      if (denominator === 0) share.lost += factor * relevance[j];
      share.bias += part * formula.bias(op.bias[j], j);
      share.stabiliser += part * (denominator - rounded);
      return part;
    });
    each((input, i, j, term) => {
      down[input][i] += term * portion[j];
    });
    return down;
  };
}

const plain = {
  numerator: (x: number, w: number) => x * w,
  bias: (b: number) => b,
};

export const zRule: Rule = distribute({ ...plain, denominator: (z) => z });

export const epsilonRule = (epsilon: number): Rule =>
  distribute({ ...plain, denominator: stabilised(epsilon) });

const positive: Formula = {
  numerator: (x, w) => p(x) * p(w) + n(x) * n(w),
  bias: p,
  denominator: s,
};

const negative: Formula = {
  numerator: (x, w) => p(x) * n(w) + n(x) * p(w),
  bias: n,
  denominator: s,
};

export const zPlus: Rule = distribute(positive);

const zPlusWithoutBias: Rule = distribute({ ...positive, bias: () => 0 });

export const alphaBeta =
  (alpha: number, beta: number): Rule =>
  (...all) => {
    const up = distribute(positive, alpha)(...all);
    const down = distribute(negative, -beta)(...all);
    return up.map((one, input) => one.map((value, i) => value + down[input][i]));
  };

export const gammaRule =
  (gamma: number): Rule =>
  (context, op, relevance, inputs) => {
    const z = context.output;
    const more = (w: number) => w + gamma * p(w);
    const less = (w: number) => w + gamma * n(w);
    return distribute({
      numerator: (x, w, j) =>
        z[j] > 0 ? p(x) * more(w) + n(x) * less(w) : z[j] < 0 ? p(x) * less(w) + n(x) * more(w) : 0,
      bias: (b, j) => (z[j] > 0 ? b + gamma * p(b) : z[j] < 0 ? b + gamma * n(b) : 0),
      denominator: s,
    })(context, op, relevance, inputs);
  };

export const flatRule: Rule = distribute({ numerator: () => 1, bias: () => 0, denominator: s });

/** The box has no sense: what stands before the first layer has no least and largest value. */
export class Unbounded extends Error {}

export const box: Rule = (context, op, relevance, inputs) => {
  if (!context.bounds) throw new Unbounded();
  const { low, high } = context.bounds;
  return distribute({
    numerator: (x, w, _j, i) => x * w - low[i] * p(w) - high[i] * n(w),
    bias: () => 0,
    denominator: s,
  })(context, op, relevance, inputs);
};

const unchanged: Rule = (_context, _op, relevance) => [relevance];

/** In proportion to what each input adds. */
const proportional: Rule = distribute({ ...plain, denominator: s });

export interface Composite {
  conv: Rule;
  dense: Rule;
  /** Of a batch norm or rescaling on its own: as of a convolution. */
  scale: Rule;
  /** Of the layers that nothing but fixed steps precedes; a scale before them then passes relevance unchanged. */
  first?: Rule;
  scaleBeforeFirst?: Rule;
  average: Rule;
  /** Also the shift of a normalisation. */
  withoutBias?: boolean;
}

export function composite(conv: Rule, dense: Rule, first?: Rule): Composite {
  return { conv, dense, scale: conv, first, scaleBeforeFirst: first && unchanged, average: proportional };
}

/** iNNvestigate's Deep Taylor: z+ without bias everywhere, averages spread evenly. */
export function deepTaylor(bounded: boolean): Composite {
  return {
    ...composite(zPlusWithoutBias, zPlusWithoutBias, bounded ? box : undefined),
    scaleBeforeFirst: unchanged,
    withoutBias: true,
    average: (_context, op, relevance, inputs) => transposed(op, relevance, inputs),
  };
}

/** Layer-wise relevance propagation through every step by a composite. */
export function relevance(
  net: Network,
  composite: Composite,
  share: Share,
  bounds: Bounds | undefined,
): Through {
  const allBounds = bounds && boundsOf(net, bounds);
  return (step, top, inputs, output, round) => {
    const { op } = step;
    const context: Context = { share, round, output, bounds: allBounds?.[step.inputs[0]] };
    const apply = (rule: Rule, linear: Linear) => rule(context, linear, top, inputs);
    switch (op.kind) {
      case 'activation':
      case 'softmax':
        return [top];
      case 'max': {
        const down = inputs.map((x) => zeros(x.length));
        op.candidates.forEach((candidates, j) => {
          const [input, place] = winner(candidates, inputs);
          down[input][place] += top[j];
        });
        return down;
      }
      case 'product':
        return throughProduct(net, step, op, top, inputs);
      case 'norm':
        return apply(proportional, heldFixed(op, inputs[0], composite.withoutBias));
      case 'linear':
        if (op.form === 'move') {
          const reached = new Set(op.connections.flatMap(({ to }) => to));
          top.forEach((value, j) => {
            if (!reached.has(j)) share.lost += value;
          });
          return transposed(op, top, inputs);
        }
        if (op.form === 'mix') return apply(proportional, op);
        if (op.form === 'average') return apply(composite.average, op);
        if (op.form === 'scale')
          return apply((isFirst(net, step) && composite.scaleBeforeFirst) || composite.scale, op);
        return apply((isFirst(net, step) && composite.first) || composite[op.form], op);
    }
  };
}

/** The normalisation as a linear layer: its deviation is a constant of this image. */
function heldFixed(op: Norm, x: number[], withoutBias = false): Linear {
  const list = { from: [] as number[], to: [] as number[], weight: [] as number[] };
  for (const group of op.groups) {
    const mean = group.reduce((sum, place) => sum + x[place], 0) / group.length;
    const variance = group.reduce((sum, place) => sum + (x[place] - mean) ** 2, 0) / group.length;
    for (const to of group)
      for (const from of group) {
        list.from.push(from);
        list.to.push(to);
        list.weight.push(
          (op.gain[to] / Math.sqrt(variance + op.epsilon)) * ((from === to ? 1 : 0) - 1 / group.length),
        );
      }
  }
  return { kind: 'linear', form: 'mix', connections: [list], bias: withoutBias ? zeros(x.length) : op.bias };
}

/** The signals share the relevance, gates have none. */
function throughProduct(
  net: Network,
  step: Step,
  op: Product,
  top: number[],
  inputs: number[][],
): number[][] {
  let gates = step.inputs.map((value) => isGate(net, value));
  if (gates.every((gate) => gate === gates[0])) gates = inputs.map((x) => x.length < top.length);
  if (gates.every((gate) => gate === gates[0])) gates = inputs.map(() => false);
  const signals = gates.filter((gate) => !gate).length;
  const down = inputs.map((x) => zeros(x.length));
  op.places.forEach((places, j) => {
    places.forEach((place, i) => {
      if (!gates[i]) down[i][place] += top[j] / signals;
    });
  });
  return down;
}

const gateNames = new Set(['sigmoid', 'hardSigmoid', 'tanh']);

function isGate(net: Network, value: number): boolean {
  const from = net.steps.find(({ output }) => output === value);
  if (!from) return false;
  const { op } = from;
  if (op.kind === 'softmax') return true;
  if (op.kind === 'activation') return gateNames.has(op.name);
  return isLayer(op, 'move', 'mix', 'average') && from.inputs.every((input) => isGate(net, input));
}

/** They fall and rise: their ends are not those of their input. */
const curved = new Set(['swish', 'mish', 'gelu']);

/** The bounds of every value before the first layers, from those of the image. */
function boundsOf(net: Network, image: Bounds): Bounds[] {
  const all: Bounds[] = [image];
  for (const { op, inputs, output } of net.steps) {
    const from = inputs.map((i) => all[i]);
    if (from.some((one) => !one) || (op.kind === 'linear' && (op.form === 'conv' || op.form === 'dense')))
      continue;
    const at = (pick: (low: number, high: number) => number) => (input: number, i: number) =>
      pick(from[input].low[i], from[input].high[i]);
    if (op.kind === 'linear') {
      const low = [...op.bias];
      const high = [...op.bias];
      op.connections.forEach((list, input) => {
        list.from.forEach((i, k) => {
          const w = list.weight[k];
          low[list.to[k]] += at((l, h) => Math.min(l * w, h * w))(input, i);
          high[list.to[k]] += at((l, h) => Math.max(l * w, h * w))(input, i);
        });
      });
      all[output] = { low, high };
    } else if (op.kind === 'max')
      all[output] = {
        low: op.candidates.map((places) => Math.max(...places.map(([i, place]) => from[i].low[place]))),
        high: op.candidates.map((places) => Math.max(...places.map(([i, place]) => from[i].high[place]))),
      };
    else if (op.kind === 'activation' && !curved.has(op.name))
      all[output] = { low: from[0].low.map(op.value), high: from[0].high.map(op.value) };
  }
  return all;
}
