import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs';
import { createNet } from '../../../src/demo/net.js';
import type { Tf } from '../../support/tf.js';

interface Options {
  side: number;
  classes: number;
  seed: number;
}

/** The demo's three convolutions, and a small residual net with batch norm: both end in a global maximum. */
export const nets = {
  plain: (tf: Tf, options: Options): LayersModel => createNet(tf, options),
  residual,
} as const;

export type NetName = keyof typeof nets;

/**
 * A stem and a pool to a quarter of the size, two residual blocks of two convolutions each (He et al. 2016), the second
 * at an eighth: 8, 16, 32 channels, batch norm after every convolution. A global AVERAGE as in the paper would drown small
 * shortcuts: with it a patch on half of a class's pictures cost nothing.
 */
function residual(tf: Tf, { side, classes, seed }: Options): LayersModel {
  let layer = 0;
  const convolution = (x: SymbolicTensor, filters: number, kernelSize: number, strides: number) => {
    const kernelInitializer = tf.initializers.heNormal({ seed: seed + layer++ });
    const convolved = tf.layers
      .conv2d({ filters, kernelSize, strides, padding: 'same', useBias: false, kernelInitializer })
      .apply(x) as SymbolicTensor;
    // tfjs's default momentum, 0.99, is for long trainings: an epoch here has 40 batches.
    return tf.layers.batchNormalization({ momentum: 0.9 }).apply(convolved) as SymbolicTensor;
  };
  const relu = (x: SymbolicTensor) => tf.layers.reLU().apply(x) as SymbolicTensor;

  const input = tf.input({ shape: [side, side, 3] });
  let x = relu(convolution(input, 8, 3, 2));
  x = tf.layers.maxPooling2d({ poolSize: 2 }).apply(x) as SymbolicTensor;
  for (const filters of [16, 32]) {
    const strides = filters === 16 ? 1 : 2;
    const inner = convolution(relu(convolution(x, filters, 3, strides)), filters, 3, 1);
    x = relu(tf.layers.add().apply([inner, convolution(x, filters, 1, strides)]) as SymbolicTensor);
  }
  const pooled = tf.layers.globalMaxPooling2d({}).apply(x) as SymbolicTensor;
  const kernelInitializer = tf.initializers.glorotUniform({ seed: seed + layer });
  const output = tf.layers.dense({ units: classes, activation: 'softmax', kernelInitializer }).apply(pooled);
  const model = tf.model({ inputs: input, outputs: output as SymbolicTensor });
  model.compile({ optimizer: tf.train.adam(0.004), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}
