import type { Tf } from './types.js';
import { conv2dBackpropFilter } from './wasm/conv2dBackpropFilter.js';
import { conv2dBackpropInput } from './wasm/conv2dBackpropInput.js';
import { depthwiseBackpropFilter } from './wasm/depthwiseBackpropFilter.js';
import { depthwiseBackpropInput } from './wasm/depthwiseBackpropInput.js';
import { kernelConfig } from './wasm/kernel.js';
import { maxPoolGrad } from './wasm/maxPoolGrad.js';
import { unsortedSegmentSum } from './wasm/unsortedSegmentSum.js';

const kernels = [
  conv2dBackpropFilter,
  conv2dBackpropInput,
  depthwiseBackpropFilter,
  depthwiseBackpropInput,
  maxPoolGrad,
  unsortedSegmentSum,
];

/** The registrations that hold for good, by the tfjs copy they were made in. */
const enabled = new WeakSet<object>();

/**
 * Registers the gradient kernels that tfjs's WASM backend lacks or does slowly, so that models train on it.
 * Idempotent; of no effect on other backends.
 */
export function enableWasmTraining(tf: Tf): void {
  if (enabled.has(tf.engine())) return;
  enabled.add(tf.engine());
  swapIn(tf);
}

/**
 * Runs `body` with the same kernels registered, and leaves the registry as it was: saliency on a plain WASM backend.
 */
export function withInputGradients<T>(tf: Tf, body: () => T): T {
  if (tf.getBackend() !== 'wasm' || enabled.has(tf.engine()) || active.has(tf.engine())) return body();
  const restore = swapIn(tf);
  active.add(tf.engine());
  try {
    return body();
  } finally {
    active.delete(tf.engine());
    restore();
  }
}

const active = new WeakSet<object>();

function swapIn(tf: Tf): () => void {
  const before = kernels.map(({ name }) => tf.getKernel(name, 'wasm'));
  kernels.forEach((kernel, i) => {
    if (before[i]) tf.unregisterKernel(kernel.name, 'wasm');
    tf.registerKernel(kernelConfig(tf, kernel) as any);
  });
  return () =>
    kernels.forEach(({ name }, i) => {
      tf.unregisterKernel(name, 'wasm');
      if (before[i]) tf.registerKernel(before[i]);
    });
}
