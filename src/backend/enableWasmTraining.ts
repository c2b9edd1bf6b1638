import type { Tf } from './types.js';
import { wasmKernels } from './wasm/index.js';
import { isOurs, kernelConfig } from './wasm/kernel.js';

/** The tfjs engines whose WASM backend was made able to train for good. */
const enabled = new WeakSet<object>();

/**
 * Registers the gradient kernels that tfjs's WASM backend lacks or does slowly, so that models train on it. The WASM
 * backend must have been imported (`import '@tensorflow/tfjs-backend-wasm'`); whether it is the current one does not
 * matter. Idempotent; of no effect on other backends, or where there is no WASM backend.
 *
 * What remains without a kernel on WASM: `Einsum`, complex numbers and Fourier transforms, ragged tensors, and
 * string replacement. No layer of tfjs-layers for images meets them. Dilated `conv2d` has no gradient in tfjs itself.
 * Two kernels that 4.22 ships give wrong numbers and are left as they are: the input gradient of `conv3d`, and
 * `dilation2d` with its filter gradient.
 */
export function enableWasmTraining(tf: Tf): void {
  if (tf.findBackendFactory('wasm') === null) return;
  enabled.add(tf.engine());
  swapIn(tf);
}

/**
 * Runs `body`, which must not be asynchronous, with the same kernels registered, and leaves the registry as it was,
 * also where `body` throws: saliency on a plain WASM backend. Of no effect on other backends, and where
 * `enableWasmTraining` was called.
 */
export function withInputGradients<T>(tf: Tf, body: () => T): T {
  if (tf.getBackend() !== 'wasm') return body();
  const restore = swapIn(tf);
  try {
    return body();
  } finally {
    // `body` may have enabled training for good.
    if (!enabled.has(tf.engine())) restore();
  }
}

/** Registers every kernel that is not there yet; the answer undoes exactly that. */
function swapIn(tf: Tf): () => void {
  const undo: (() => void)[] = [];
  for (const kernel of wasmKernels) {
    const before = tf.getKernel(kernel.name, 'wasm');
    if (isOurs(before)) continue;
    if (before) tf.unregisterKernel(kernel.name, 'wasm');
    tf.registerKernel(kernelConfig(tf, kernel, before));
    undo.push(() => {
      tf.unregisterKernel(kernel.name, 'wasm');
      if (before) tf.registerKernel(before);
    });
  }
  return () => {
    for (const step of undo) step();
  };
}
