import type { Tensor } from '@tensorflow/tfjs';
import type { WasmKernel } from './kernel.js';

/** Shares the data instead of copying it, as Reshape does: every tensor kept for the backward pass is a clone. */
export const identity: WasmKernel = {
  name: 'Identity',
  compute({ backend, inputs, stock }) {
    const x = inputs.x as Tensor;
    if (x.dtype === 'string') return stock();
    backend.dataIdMap.get(x.dataId);
    backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  },
};
