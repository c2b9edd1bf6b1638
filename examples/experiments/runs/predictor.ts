import type { LayersModel, Tensor2D } from '@tensorflow/tfjs';
import type { ProbeSet } from 'satwatch';
import type { Predict } from '../../../src/alerts/reliance/measure.js';
import type { Tf } from '../../support/tf.js';

/** The reliance test's way to ask `model`, which ends in a softmax. */
export function predictor(tf: Tf, model: LayersModel, { height, width, channels }: ProbeSet): Predict {
  return async (pictures, n) => {
    const output = tf.tidy(
      () => model.predict(tf.tensor4d(pictures, [n, height, width, channels])) as Tensor2D,
    );
    const probabilities = output.dataSync() as Float32Array;
    output.dispose();
    return { probabilities, logits: probabilities.map(Math.log) };
  };
}
