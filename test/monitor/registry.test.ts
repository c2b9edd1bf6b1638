import type * as tfjs from '@tensorflow/tfjs';
import { createMonitor, enableFastTraining } from 'satwatch';
import { beforeAll, expect, it } from 'vitest';
import { net, probe, temporaryFolder } from '../task.js';
import { backend } from '../tf.js';

let tf: typeof tfjs;
beforeAll(async () => {
  tf = await backend();
});

/** All that tfjs would run by: the kernels of the backend and the gradients of them all. */
function registered(): Map<string, unknown> {
  const kernels = tf.getKernelsForBackend(tf.getBackend());
  const names = [
    ...new Set([...kernels, ...tf.getKernelsForBackend('cpu')].map((kernel) => kernel.kernelName)),
  ];
  return new Map<string, unknown>([
    ...kernels.map((kernel) => [`kernel ${kernel.kernelName}`, kernel] as const),
    ...names.map((name) => [`gradient of ${name}`, tf.getGradient(name)] as const),
  ]);
}

/** Names of what differs. */
const changes = (before: Map<string, unknown>, after: Map<string, unknown>) =>
  [...new Set([...before.keys(), ...after.keys()])].filter((name) => before.get(name) !== after.get(name));

/** What is registered while the model runs at an observation, once without and once with a gradient under way. */
async function observe(run: string) {
  const during: string[][] = [];
  const before = registered();
  const monitor = await createMonitor(tf, {
    ...{
      probe: probe(8),
      store: `${temporaryFolder()}/runs.sqlite`,
      run,
      inputRange: [0, 1],
      verbose: false,
    },
    ...{ channels: [], reliance: { budget: 0 } },
    forward: (model: tfjs.LayersModel, images) => {
      during.push(changes(before, registered()));
      return model.apply(images, { training: false }) as tfjs.Tensor;
    },
  });
  const model = net(tf, { stateful: true });
  await monitor.observe(model, { epoch: 0 });
  await monitor.close();
  return { during, after: changes(before, registered()) };
}

it('an observation computes by the fast gradients, without those of filters, and leaves tfjs as it was', async () => {
  const { during, after } = await observe('stock');
  const most = during.reduce((a, b) => (b.length > a.length ? b : a));
  for (const name of ['ClipByValue', 'FusedBatchNorm', 'Mean', 'Relu', 'Relu6', 'Sum'])
    expect(most).toContain(`gradient of ${name}`);
  expect(most).toContain('kernel Conv2DBackpropFilter');
  expect(after).toEqual([]);
});

it('where the user trains with the pack, filters have their gradients again afterwards', async () => {
  enableFastTraining(tf);
  const { during, after } = await observe('enabled');
  expect(during.some((names) => names.includes('kernel Conv2DBackpropFilter'))).toBe(true);
  expect(after).toEqual([]);
});
