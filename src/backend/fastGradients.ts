import { noFilterGradients } from './filterGradients.js';
import { gradients } from './gradients/index.js';
import { nativeKernels } from './native/index.js';
import { type Entry, Registry } from './registry.js';
import type { Tf } from './types.js';
import { wasmKernels } from './wasm/index.js';

const wasm = wasmKernels.map((kernel): Entry => ({ backend: 'wasm', kernel }));
const native = nativeKernels.map((kernel): Entry => ({ backend: 'tensorflow', kernel }));
const fast = gradients.map((gradient): Entry => ({ gradient }));
const imagesOnly = (backend: string) =>
  noFilterGradients.map((kernel): Entry => ({ role: 'images only', backend, kernel }));

/** Of each tfjs: its registry, what training wants to stand in it, and how many image gradients are under way. */
interface State {
  registry: Registry;
  training: readonly Entry[];
  depth: number;
}
const states = new WeakMap<object, State>();

function stateOf(tf: Tf): State {
  const engine = tf.engine();
  const state = states.get(engine) ?? { registry: new Registry(tf), training: [], depth: 0 };
  states.set(engine, state);
  return state;
}

/**
 * Makes models train faster on tfjs-node and tfjs-node-gpu, and at all on the WASM backend, which lacks gradient kernels
 * as shipped: registers kernels and gradients with the same numbers as tfjs's own, for as long as the process runs.
 * The backend must have been imported (`import '@tensorflow/tfjs-backend-wasm'`); whether it is the current one does not
 * matter. Idempotent; of no effect on other backends.
 *
 * Differences to tfjs's own gradients: that of `relu6` at exactly 6 is 0, not 1; that of `relu` at a NaN is 0, not NaN.
 *
 * What remains without a kernel on WASM: `Einsum`, complex numbers and Fourier transforms, ragged tensors, and
 * string replacement. No layer of tfjs-layers for images meets them. Dilated `conv2d` has no gradient in tfjs itself.
 * Two kernels that 4.22 ships give wrong numbers and are left as they are: the input gradient of `conv3d`, and
 * `dilation2d` with its filter gradient.
 */
export function enableFastTraining(tf: Tf): void {
  const found = [...(has(tf, 'wasm') ? wasm : []), ...(has(tf, 'tensorflow') ? native : [])];
  if (found.length) train(tf, [...found, ...fast]);
}

/** The part of `enableFastTraining` without which nothing trains on WASM: its kernels. */
export function enableWasmTraining(tf: Tf): void {
  if (has(tf, 'wasm')) train(tf, wasm);
}

function train(tf: Tf, entries: readonly Entry[]): void {
  const state = stateOf(tf);
  state.training = [...new Set([...state.training, ...entries])];
  // Inside `withInputGradients` its end registers them.
  if (state.depth === 0) state.registry.set(state.training);
}

/**
 * Runs `body`, which must not be asynchronous, with the fast gradients registered and those of filters left out, and
 * leaves the registry as it was, also where `body` throws: for the gradients of images alone. On a plain WASM backend
 * they exist in here only. Of no effect on other backends than WASM and tfjs-node's.
 */
export function withInputGradients<T>(tf: Tf, body: () => T): T {
  const backend = tf.getBackend();
  const kernels: Record<string, readonly Entry[]> = { wasm, tensorflow: native };
  if (!Object.hasOwn(kernels, backend)) return withoutTapeLeft(tf, body);
  const state = stateOf(tf);
  if (state.depth++ === 0)
    state.registry.set([...state.training, ...kernels[backend], ...fast, ...imagesOnly(backend)]);
  try {
    return withoutTapeLeft(tf, body);
  } finally {
    if (--state.depth === 0) state.registry.set(state.training);
  }
}

/** A gradient that fails half-way leaves what tfjs saved for the rest of it; nobody else ever disposes that. */
function withoutTapeLeft<T>(tf: Tf, body: () => T): T {
  try {
    return body();
  } catch (error) {
    const state = (tf.engine() as any).state;
    if (state.gradientDepth === 0) {
      for (const { saved } of state.activeTape ?? []) for (const tensor of saved ?? []) tensor.dispose();
      state.activeTape = null;
    }
    throw error;
  }
}

function has(tf: Tf, backend: string): boolean {
  return tf.findBackendFactory(backend) !== null;
}
