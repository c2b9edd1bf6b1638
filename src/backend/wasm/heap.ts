import type { TensorInfo } from '@tensorflow/tfjs';
import type { Kernel, KernelCall } from '../kernel.js';

/** The part of tfjs's WASM backend that kernels written over its heap need. */
export interface WasmBackend {
  /** Asking for an entry moves data in that lives on another backend; this may allocate. */
  dataIdMap: { get(dataId: object): unknown };
  makeOutput(shape: number[], dtype: string): TensorInfo;
  typedArrayFromHeap(tensor: TensorInfo): Float32Array;
  incRef(dataId: object): void;
}

export type WasmKernel = Kernel<WasmBackend>;
export type WasmCall = KernelCall<WasmBackend>;

/**
 * Views on the tensors' values in the WASM heap, for reading and, where it is an output, writing. They hold until the
 * next allocation: growing memory leaves them behind.
 */
export function heapViews(backend: WasmBackend, ...tensors: TensorInfo[]): Float32Array[] {
  for (const { dataId } of tensors) backend.dataIdMap.get(dataId);
  return tensors.map((tensor) => backend.typedArrayFromHeap(tensor));
}
