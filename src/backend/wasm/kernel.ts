import type { Tensor, TensorInfo } from '@tensorflow/tfjs';
import type { Tf } from '../types.js';

/** What tfjs knows of a kernel, as `getKernel` hands it out. */
export type StockKernel = ReturnType<Tf['getKernel']>;

/** The part of tfjs's WASM backend that kernels written over its heap need. */
export interface WasmBackend {
  /** Asking for an entry moves data in that lives on another backend; this may allocate. */
  dataIdMap: { get(dataId: object): unknown };
  makeOutput(shape: number[], dtype: string): TensorInfo;
  typedArrayFromHeap(tensor: TensorInfo): Float32Array;
  incRef(dataId: object): void;
}

/** What a kernel is called with. */
export interface KernelCall {
  tf: Tf;
  backend: WasmBackend;
  inputs: Record<string, any>;
  attrs: any;
  /** What tfjs ships under this name, for the cases that it does well; throws where it ships nothing. */
  stock(): TensorInfo;
}

/** A kernel for the WASM backend. What `compute` makes with tensors on the way is disposed. */
export interface WasmKernel {
  name: string;
  compute(call: KernelCall): Tensor | TensorInfo;
}

/** Known to every copy of this package, so that none registers over another's kernels. */
const ours = Symbol.for('satwatch.wasmKernel');

/** Whether a registered kernel is one of this package's. */
export function isOurs(kernel: StockKernel | undefined): boolean {
  return kernel !== undefined && ours in kernel;
}

/** The configuration that tfjs registers. */
export function kernelConfig(tf: Tf, { name, compute }: WasmKernel, stock?: StockKernel): StockKernel {
  const config = {
    kernelName: name,
    backendName: 'wasm',
    // A backend that starts later sets up what is registered then: the stock kernel is still called.
    setupFunc: stock?.setupFunc,
    disposeFunc: stock?.disposeFunc,
    kernelFunc: ({ inputs, attrs, backend }: { inputs: any; attrs: any; backend: any }) => {
      const call = { tf, backend, inputs, attrs, stock: () => stock!.kernelFunc({ inputs, attrs, backend }) };
      return tf.tidy(() => compute(call as KernelCall) as any);
    },
    [ours]: true,
  };
  return config as unknown as StockKernel;
}

/**
 * Views on the tensors' values in the WASM heap, for reading and, where it is an output, writing. They hold until the
 * next allocation: growing memory leaves them behind.
 */
export function heapViews(backend: WasmBackend, ...tensors: TensorInfo[]): Float32Array[] {
  for (const { dataId } of tensors) backend.dataIdMap.get(dataId);
  return tensors.map((tensor) => backend.typedArrayFromHeap(tensor));
}
