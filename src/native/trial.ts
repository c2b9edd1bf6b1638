/**
 * A process of its own: loads the binding as the project's scripts would, runs a convolution and its gradients, and
 * prints what it found as JSON. A library that crashes takes this process with it, and no other.
 * Arguments: the project's folder, the package.
 */
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { mendUtil } from './mendUtil.js';

const [folder, name] = process.argv.slice(2);
mendUtil();
const tf = createRequire(join(folder, 'package.json'))(`@tensorflow/${name}`);
await tf.ready();

/** x = 1…9 as a 3 × 3 picture, w = 1…4 as a 2 × 2 filter; the sums were done by hand. */
const x = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
const w = tf.tensor4d([1, 2, 3, 4], [2, 2, 1, 1]);
const convolve = (a: unknown, b: unknown) => tf.conv2d(a, b, 1, 'valid');
const [dx, dw] = tf.grads(convolve)([x, w]);
expectValues('a convolution', convolve(x, w), [37, 47, 67, 77]);
expectValues('its gradient to the picture', dx, [1, 3, 2, 4, 10, 6, 3, 7, 4]);
expectValues('its gradient to the filter', dw, [12, 16, 24, 28]);
expectValues('topk', tf.topk(tf.tensor1d([3, 1, 2]), 2).values, [3, 2]); // calls util.isNullOrUndefined

const { binding, isUsingGpuDevice } = tf.backend();
process.stdout.write(
  `\n${JSON.stringify({
    backend: tf.getBackend(),
    tfjs: tf.version.tfjs,
    package: tf.version['tfjs-node'],
    tensorflow: binding?.TF_Version ?? null,
    gpu: Boolean(isUsingGpuDevice),
    threads: availableParallelism(),
  })}\n`,
);

function expectValues(what: string, got: { dataSync(): ArrayLike<number> }, expected: number[]): void {
  const values = Array.from(got.dataSync());
  if (values.some((value, i) => Math.abs(value - expected[i]) > 1e-3) || values.length !== expected.length)
    throw new Error(`${what} gave ${values.join(' ')}, expected ${expected.join(' ')}`);
}
