/**
 * A classifier as the literal program has it: values are flat arrays of float64, one image at a time, and every linear
 * operation is a list of its connections.
 */

/** Each connection carries x[from] · weight to the output `to`; a weight may be 0 and the connection still there. */
export interface Connections {
  from: number[];
  to: number[];
  weight: number[];
}

export interface Linear {
  kind: 'linear';
  /**
   * 'conv' (also depthwise), 'dense' and 'scale' have weights to learn; 'average' is a pooling, 'mix' any other fixed sum
   * (of inputs, of neighbours); 'move' copies single values.
   */
  form: 'conv' | 'dense' | 'scale' | 'average' | 'mix' | 'move';
  /** One list for each input. */
  connections: Connections[];
  /** One for each output. */
  bias: number[];
  /** Of conv, dense and batch norm, in shapes without the batch: where a batch norm must be to be merged with it. */
  axis?: number;
  /** It never multiplies a zero from outside the image. */
  unpadded?: boolean;
  batchNorm?: boolean;
}

export interface Activation {
  kind: 'activation';
  name: string;
  value(x: number, place: number): number;
  slope(x: number, place: number): number;
  /** Of a ReLU that is cut: 6 for relu6. */
  ceiling?: number;
}

/** Each output is the largest of its candidates [input, place], the first of equal ones. */
interface Max {
  kind: 'max';
  candidates: [number, number][][];
}

/** Each output is the product of one value of each input: places[output][input]. */
export interface Product {
  kind: 'product';
  places: number[][];
}

/** gain · (x − mean) / √(variance + epsilon) + bias within each group of places. */
export interface Norm {
  kind: 'norm';
  groups: number[][];
  gain: number[];
  bias: number[];
  epsilon: number;
}

export interface Softmax {
  kind: 'softmax';
  groups: number[][];
  log: boolean;
}

export type Op = Linear | Activation | Max | Product | Norm | Softmax;

/** One application of an operation. Value 0 is the image. */
export interface Step {
  op: Op;
  inputs: number[];
  output: number;
}

export interface Network {
  steps: Step[];
  /** Of every value, without the batch. */
  shapes: number[][];
  /** The value that holds the logits. */
  output: number;
  /** What was left out behind them. */
  final: 'softmax' | 'sigmoid' | 'none';
  /** The convolution layers in the order of computation, each with the value it hands on. */
  convolutions: { layer: string; value: number; channelsFirst: boolean }[];
}

export const size = (shape: number[]): number => shape.reduce((a, b) => a * b, 1);

export const zeros = (n: number): number[] => new Array(n).fill(0);

/** The steps whose result is read by others, counted: the logits have a reader too. */
export function readers(net: Network, value: number): Step[] {
  return net.steps.filter(({ inputs }) => inputs.includes(value));
}

export function isLayer(op: Op, ...forms: Linear['form'][]): op is Linear {
  return op.kind === 'linear' && forms.includes(op.form);
}

/** The steps that the step's inputs depend on. */
function upstream(net: Network, step: Step): Step[] {
  const found = new Set<Step>();
  const visit = (value: number) => {
    const from = net.steps.find(({ output }) => output === value);
    if (!from || found.has(from)) return;
    found.add(from);
    from.inputs.forEach(visit);
  };
  step.inputs.forEach(visit);
  return [...found];
}

/** No convolution or dense layer stands between it and the image. */
export function isFirst(net: Network, step: Step): boolean {
  return !upstream(net, step).some(({ op }) => isLayer(op, 'conv', 'dense'));
}
