import type { LayersModel } from '@tensorflow/tfjs';
import type { Tf } from '../backend/types.js';

export interface NetOptions {
  side: number;
  classes: number;
  /** Of the weights' first values. */
  seed: number;
  learningRate?: number;
  /** Filters of the three convolutions. */
  filters?: readonly [number, number, number];
  /** Factor of the L2 penalty on the filters. */
  decay?: number;
}

/**
 * Three convolutions, a global MAX pool and a softmax, compiled for one-hot labels. With the maximum a small thing
 * anywhere in the picture can decide, so a shortcut is learnable; a global average would drown it.
 */
export function createNet(tf: Tf, options: NetOptions): LayersModel {
  const { side, classes, seed, learningRate = 0.004, filters = [8, 16, 32], decay = 0 } = options;
  const kernelRegularizer = decay > 0 ? tf.regularizers.l2({ l2: decay }) : undefined;
  const model = tf.sequential();
  // Wider than −1..1: the first layers learn in half the epochs.
  model.add(tf.layers.rescaling({ inputShape: [side, side, 3], scale: 2, offset: 0 }));
  filters.forEach((count, i) => {
    model.add(
      tf.layers.conv2d({
        filters: count,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: tf.initializers.heNormal({ seed: seed + i }),
        kernelRegularizer,
      }),
    );
    if (i < filters.length - 1) model.add(tf.layers.maxPooling2d({ poolSize: 2 }));
  });
  model.add(tf.layers.globalMaxPooling2d({}));
  model.add(
    tf.layers.dense({
      units: classes,
      activation: 'softmax',
      kernelInitializer: tf.initializers.glorotUniform({ seed: seed + filters.length }),
    }),
  );
  model.compile({
    optimizer: tf.train.adam(learningRate),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
  });
  return model;
}
