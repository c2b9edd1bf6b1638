import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs';
import type { Tf } from './tf.js';

const stem = 16;
const blocks = [32, 64, 128];

/**
 * A small residual network with batch norm (He et al. 2016): a stem and a pool to a quarter of the size, then blocks of
 * two convolutions, halving the size from the second on; global average, softmax. 305,000 parameters.
 */
export function createResidualNet(
  tf: Tf,
  { side, classes, seed }: { side: number; classes: number; seed: number },
): LayersModel {
  let layer = 0;
  const convolution = (x: SymbolicTensor, count: number, kernelSize: number, strides: number) => {
    const convolved = tf.layers
      .conv2d({
        filters: count,
        kernelSize,
        strides,
        padding: 'same',
        useBias: false,
        kernelInitializer: tf.initializers.heNormal({ seed: 100 * seed + layer++ }),
        kernelRegularizer: tf.regularizers.l2({ l2: 5e-4 }),
      })
      .apply(x) as SymbolicTensor;
    // tfjs's default momentum, 0.99, is for long trainings: an epoch here has 60 batches.
    return tf.layers.batchNormalization({ momentum: 0.9 }).apply(convolved) as SymbolicTensor;
  };
  const relu = (x: SymbolicTensor) => tf.layers.reLU().apply(x) as SymbolicTensor;

  const input = tf.input({ shape: [side, side, 3] });
  let x = relu(convolution(input, stem, 3, 2));
  x = tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }).apply(x) as SymbolicTensor;
  blocks.forEach((count, i) => {
    const strides = i === 0 ? 1 : 2;
    const shortcut = convolution(x, count, 1, strides);
    const inner = convolution(relu(convolution(x, count, 3, strides)), count, 3, 1);
    x = relu(tf.layers.add().apply([inner, shortcut]) as SymbolicTensor);
  });
  const pooled = tf.layers.globalAveragePooling2d({}).apply(x) as SymbolicTensor;
  const output = tf.layers
    .dense({
      units: classes,
      activation: 'softmax',
      kernelInitializer: tf.initializers.glorotUniform({ seed: 100 * seed + layer }),
    })
    .apply(pooled) as SymbolicTensor;
  return tf.model({ inputs: input, outputs: output });
}
