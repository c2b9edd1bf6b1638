import type { Tensor } from '@tensorflow/tfjs';
import type { Tf } from '../../backend/types.js';

/** The part of a tfjs layer that is read here. */
export interface Layer {
  name: string;
  getClassName(): string;
}

/** What every operation can do: compute, and pass a gradient back. */
interface Operation {
  /** The inputs' values → the output's. */
  apply(inputs: Tensor[]): Tensor;
  /** Gradient of the output → gradients of the inputs: the transposed Jacobian times `dy`. */
  gradient(dy: Tensor, inputs: Tensor[], output: Tensor): Tensor[];
}

/** z = x · W + b for one input, as a convolution, a dense layer or a scaling of channels. */
export interface Linear extends Operation {
  kind: 'linear';
  form: 'conv' | 'depthwise' | 'dense' | 'scale';
  /** Whether a convolution's windows reach beyond the input. */
  pad?: 'same' | 'valid';
  weights: Tensor;
  /** 1 where a filter [kh,kw,1,1] has a weight, 0 in the gaps of a dilated one; absent where there are no gaps. */
  taps?: Tensor;
  /** Broadcastable to the output; null where there is none. */
  bias: Tensor | null;
  /** x · W, for any weights of this shape. */
  times(x: Tensor, weights: Tensor): Tensor;
  /** dy · Wᵀ, for an input of that shape. */
  back(dy: Tensor, weights: Tensor, shape: number[]): Tensor;
  /** The operation and a ReLU behind it at once. */
  fused?(x: Tensor, activation: 'relu' | 'relu6'): Tensor;
  /** The same operation with other weights and bias. */
  with(weights: Tensor, bias: Tensor | null): Linear;
}

/** An elementwise nonlinearity. */
export interface Activation extends Operation {
  kind: 'activation';
  /** tfjs's name of it: 'relu', 'leakyRelu', 'swish', … */
  name: string;
  /** The output has no negative value, whatever the input. */
  nonNegative: boolean;
}

/** The largest of several values, of a window or of the inputs: the first of equal ones. */
export interface Max extends Operation {
  kind: 'max';
}

/** Values moved, copied or left out, never mixed: reshape, pad, crop, concatenate, enlarge by copies. */
export interface Move extends Operation {
  kind: 'move';
}

/** A fixed linear mix of values: averages of windows, sums and differences of inputs, a bilinear resize. */
export interface Mix extends Operation {
  kind: 'mix';
  form: 'average' | 'sum' | 'resize';
  /** All its factors are ≥ 0. */
  nonNegative: boolean;
}

/** The product of its inputs, broadcast. */
export interface Product extends Operation {
  kind: 'product';
}

/** γ (x − mean) / deviation + β over some axes of the input. */
export interface Norm extends Operation {
  kind: 'norm';
  axes: number[];
  epsilon: number;
  gamma: Tensor | null;
  beta: Tensor | null;
}

/** Softmax inside a network; a final one is left out, so that the network ends in its logits. */
export interface Softmax extends Operation {
  kind: 'softmax';
  axis: number;
  /** Its logarithm. */
  log: boolean;
}

/** A layer that satwatch has no reader for; it can be computed and derived, and nothing more is known of it. */
interface Unknown extends Operation {
  kind: 'unknown';
}

export type Op = Linear | Activation | Max | Move | Mix | Product | Norm | Softmax | Unknown;

/** One operation applied once. Values are numbered: 0 is the images. */
export interface Step {
  op: Op;
  layer: Layer;
  inputs: number[];
  output: number;
}

/** A classifier from its images to its logits, in the order of computation. */
export interface Network {
  tf: Tf;
  steps: Step[];
  /** The value that holds the logits [n, units]. */
  output: number;
  /** What stood behind them, and was left out. */
  final: 'softmax' | 'sigmoid' | 'none';
}
