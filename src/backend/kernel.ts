import type { Tensor, TensorInfo } from '@tensorflow/tfjs';
import type { Tf } from './types.js';

/** What a kernel is called with. */
export interface KernelCall<Backend = unknown> {
  tf: Tf;
  backend: Backend;
  inputs: Record<string, any>;
  attrs: any;
  /** What tfjs ships under this name, for the cases that it does well; throws where it ships nothing. */
  stock(): TensorInfo;
}

/** A kernel for one backend. What `compute` makes with tensors on the way is disposed. */
export interface Kernel<Backend = any> {
  name: string;
  compute(call: KernelCall<Backend>): Tensor | TensorInfo;
}

/** The gradient of a kernel. */
export interface Gradient {
  /** The kernel's name. */
  name: string;
  /** What the backward pass gets to see, in this order: inputs by name, then the output. At least what tfjs's own does. */
  saves: { inputs: string[]; output?: boolean };
  /** The kernel this rests on: where a backend lacks it, tfjs's own gradient is taken. */
  needs?: string;
  /** A function for each input whose gradient may be asked for. */
  derive(call: { tf: Tf; dy: Tensor; saved: Tensor[]; attrs: any }): Record<string, () => Tensor>;
}
