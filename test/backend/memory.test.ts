import { beforeAll, expect, it } from 'vitest';
import { enableFastTraining } from '../../src/backend/index.js';
import type { Tf } from '../../src/backend/types.js';
import { nets } from '../nets.js';
import { wasm } from '../tf.js';
import { random } from './onBoth.js';

let tf: Tf;
beforeAll(async () => {
  tf = await wasm();
  enableFastTraining(tf);
});

/** Tensors, their data, what the backend holds, and the size of WASM's own memory: what any leak would grow. */
function held() {
  const backend = tf.backend() as any;
  const { numTensors, numDataBuffers } = tf.memory();
  return {
    numTensors,
    numDataBuffers,
    dataIds: backend.numDataIds() as number,
    wasmBytes: backend.wasm.HEAPU8.length as number,
  };
}

it.each(Object.keys(nets))('%s: memory stays flat over training steps', async (net) => {
  const [size, n] = [16, 8];
  const model = nets[net](tf, size, 2);
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
  const xs = tf.tensor(random(1, [n, size, size, 3]).data, [n, size, size, 3]);
  const ys = tf.tensor2d(Array.from({ length: n }, (_, i) => [i % 2, 1 - (i % 2)]));
  const steps = async (count: number) => {
    for (let i = 0; i < count; i++) await model.trainOnBatch(xs, ys);
    return held();
  };
  // The optimizer makes its slots in the first step, and the heap grows to what a step needs.
  const before = await steps(10);
  expect(await steps(40)).toEqual(before);
  tf.dispose([xs, ys]);
  model.dispose();
});
