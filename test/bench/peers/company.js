// The programs that the comparisons in this folder ask in turn, each a process of its own, all with net A, its weights and
// the same drawn pictures and masks.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import * as tfjs from '@tensorflow/tfjs';
import { maskToBitmap } from 'satwatch';
import { times } from '../frame.js';
import { netA } from '../nets.js';
import { drawProbeSet } from '../scene.js';
import { startPython, startWorker } from '../workers.js';

const threads = availableParallelism();
const env = {
  ...{ OMP_NUM_THREADS: String(threads), TF_NUM_INTRAOP_THREADS: String(threads), TF_CPP_MIN_LOG_LEVEL: '1' },
  // Threads that wait for work must not spin into the next arm's turn.
  OMP_WAIT_POLICY: 'PASSIVE',
};
const node = (backend) =>
  startWorker(process.execPath, [join(import.meta.dirname, 'satwatch.js')], {
    ...env,
    SATWATCH_BACKEND: backend,
  });

/** The Python environment with Captum and zennit, and that with TensorFlow. */
const environments = {
  'peers-torch': [
    ...['torch==2.15.0', 'captum==0.9.0', 'zennit==0.5.1', 'torchvision==0.29.2'],
    ...['numpy==2.4.6', 'scipy==1.17.1'],
  ],
  'peers-tensorflow': [
    ...['tensorflow-cpu==2.15.1', 'tf-explain==0.3.1', 'opencv-python-headless==4.11.0.86'],
    'numpy==1.26.4',
  ],
};

/**
 * Starts satwatch's own processes, `native` where it loads and `wasm`, and those of `python`: name → [script, environment].
 * @returns the workers that are there by their names, their versions, the probe set, and how they take turns
 */
export async function openCompany({ images, side, segments, python }) {
  const workers = {
    native: await node('tfjs-node').catch(() => undefined),
    wasm: await node('wasm'),
  };
  for (const [name, [script, environment]] of Object.entries(python))
    workers[name] = await startPython(`peers/${script}`, environments[environment], {
      name: environment,
      env,
    });
  for (const [name, worker] of Object.entries(workers)) if (!worker) delete workers[name];

  tfjs.env().set('PROD', true);
  await tfjs.setBackend('cpu');
  const weights = netA(tfjs).model.getWeights();
  const values = weights.map((tensor) => tensor.dataSync());
  const probe = drawProbeSet({ count: images, side, segments });
  const task = { images, side, segments, weights: weights.map(({ shape }) => shape) };
  const pictures = [
    ...probe.images.map(({ pixels }) => pixels),
    Uint8Array.from(probe.images, ({ label }) => label),
    ...probe.images.flatMap((image) => image.segments.map(({ mask }) => maskToBitmap(mask))),
  ];
  for (const [name, worker] of Object.entries(workers))
    await worker.ask(task, name in python ? [...pictures, ...values] : values);

  /** One turn of a worker's arm, as ms of its own clock for all pictures. */
  async function turn(worker, run, batch, { repeats = 1, ...more } = {}) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { wall, ...rest } = await worker.ask({ run, batch, repeats, ...more });
    return { wall: wall / repeats, ...rest };
  }

  async function bestBatch(worker, run, sizes, options) {
    let best = { wall: Number.POSITIVE_INFINITY };
    for (const batch of sizes)
      for (let round = 0; round < times(3, 1) + 1; round++) {
        const { wall } = await turn(worker, run, batch, options);
        if (round > 0 && wall < best.wall) best = { wall, batch };
      }
    return best.batch;
  }

  return {
    ...{ workers, probe, threads, turn, bestBatch },
    versions: Object.assign({}, ...Object.values(workers).map((worker) => worker.versions)),
    /** Ends them; the processor time of each goes to the benchmark. */
    async close(bench) {
      for (const worker of Object.values(workers)) bench.child(await worker.close());
    },
  };
}
