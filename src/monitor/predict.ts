import type { Predict } from '../alerts/index.js';
import type { Tf } from '../backend/types.js';
import type { Head } from '../saliency/index.js';
import type { ProbeSet } from '../types.js';

/** Class probabilities and logits [n · classes] of n pictures in the model's range: what the reliance test asks for. */
export function predictor(tf: Tf, head: Head, { height, width, channels }: ProbeSet): Predict {
  return async (batch, n) => {
    const answer = tf.tidy(() => {
      const logits = head.logits(tf.tensor4d(batch, [n, height, width, channels]));
      return { logits, probabilities: head.probabilities(logits) };
    });
    try {
      const [probabilities, logits] = await Promise.all([answer.probabilities.data(), answer.logits.data()]);
      return { probabilities: probabilities as Float32Array, logits: logits as Float32Array };
    } finally {
      tf.dispose(answer as never);
    }
  };
}
