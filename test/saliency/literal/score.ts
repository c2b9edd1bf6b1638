import { backward, exact, forward, jacobian, type Rounding, type Through } from './compute.js';
import { type Network, size } from './network.js';
import type { Share } from './relevance.js';

/** One image to explain. */
export interface Question {
  /** As read: nothing merged. */
  net: Network;
  image: number[];
  target: number;
  score: 'logit' | 'margin' | 'probability';
  options: any;
  round?: Rounding;
}

export interface Answer {
  /** [h · w · c], or [h · w] where the method has no channels. */
  map: number[];
  score: number;
  /** Of a method whose maps sum to the score less this one. */
  baselineScore?: number;
  /** Of a relevance method: what does not reach a pixel. */
  share?: Share;
}

/** The logits: a one-unit output z has [−z, z]. */
export function logitsOf(net: Network, values: number[][]): number[] {
  const z = values[net.output];
  return z.length === 1 ? [-z[0], z[0]] : z;
}

/** Σ weights · logits is the score; the other class of a margin is that of the plain image. */
export function classWeights({ net, image, target, score }: Question): number[] {
  const logits = logitsOf(net, forward(net, image));
  const weights: number[] = logits.map((_, k) => (k === target ? 1 : 0));
  if (score === 'margin') {
    const others = logits.map((_, k) => k).filter((k) => k !== target);
    weights[others.reduce((best, k) => (logits[k] > logits[best] ? k : best))] = -1;
  }
  return weights;
}

export const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** By the units of the network's own output. */
const onUnits = (net: Network, weights: number[]): number[] =>
  size(net.shapes[net.output]) === 1 ? [weights[1] - weights[0]] : weights;

export function scored(question: Question) {
  const { net, target, score, round = exact } = question;
  const weights = classWeights(question);
  const at = (image: number[]) => {
    const values = forward(net, image, round);
    const logits = logitsOf(net, values);
    if (score !== 'probability') return { values, score: dot(weights, logits), seed: onUnits(net, weights) };
    const p = probabilitiesOf(net, logits);
    const slopes = p.map((value, k) =>
      k === target ? value * (1 - value) : areIndependent(net) ? 0 : -p[target] * value,
    );
    return { values, score: p[target], seed: onUnits(net, slopes) };
  };
  return { at };
}

/** A sigmoid of each logit, where the model ends in one or has one unit; else they share a softmax. */
const areIndependent = (net: Network) => net.final === 'sigmoid' || size(net.shapes[net.output]) === 1;

function probabilitiesOf(net: Network, logits: number[]): number[] {
  if (areIndependent(net)) return logits.map((z) => 1 / (1 + Math.exp(-z)));
  const e = logits.map((z) => Math.exp(z - Math.max(...logits)));
  return e.map((value) => value / e.reduce((a, b) => a + b, 0));
}

export function gradientAt(question: Question, image: number[], through: Through = jacobian): number[] {
  const { values, seed } = scored(question).at(image);
  return backward(question.net, values, seed, through, question.round)[0];
}

export const answer = (question: Question, map: number[]): Answer => ({
  map,
  score: scored(question).at(question.image).score,
});

/** A number for all of an image, or an image in nested arrays. */
export const filled = (value: number | any[], like: number[]): number[] =>
  typeof value === 'number' ? like.map(() => value) : value.flat(2);
