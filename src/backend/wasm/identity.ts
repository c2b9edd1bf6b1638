import type { Tensor } from '@tensorflow/tfjs';
import type { WasmCall, WasmKernel } from './heap.js';

/** Shares the data instead of copying it, as Reshape does: every tensor kept for the backward pass is a clone. */
export const identity: WasmKernel = {
  name: 'Identity',
  compute: (call) => (call.inputs.x.dtype === 'string' ? call.stock() : share(call)),
};

/** Shares the data where the type stays the same, as in nearly all gradients. */
export const cast: WasmKernel = {
  name: 'Cast',
  compute: (call) =>
    call.inputs.x.dtype === call.attrs.dtype && call.attrs.dtype !== 'string' ? share(call) : call.stock(),
};

function share({ backend, inputs }: WasmCall) {
  const { dataId, shape, dtype } = inputs.x as Tensor;
  backend.dataIdMap.get(dataId);
  backend.incRef(dataId);
  return { dataId, shape, dtype };
}
