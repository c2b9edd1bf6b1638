import type { Tensor, TensorInfo } from '@tensorflow/tfjs';
import type { Tf } from '../types.js';

/** A kernel for the WASM backend, written with tensors: `inputs` are wrapped, intermediates disposed. */
export interface WasmKernel {
  name: string;
  compute(tf: Tf, inputs: Record<string, any>, attrs: any): Tensor;
}

/** What tfjs registers: the kernel's result keeps its data, everything else made on the way is disposed. */
export function kernelConfig(tf: Tf, { name, compute }: WasmKernel) {
  return {
    kernelName: name,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }: { inputs: Record<string, TensorInfo>; attrs: unknown }) =>
      tf.tidy(() => compute(tf, inputs, attrs)) as TensorInfo,
  };
}
