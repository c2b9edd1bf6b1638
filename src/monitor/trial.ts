import type { Tf } from '../backend/types.js';
import type { Head, Model } from '../saliency/index.js';
import type { ProbeSet } from '../types.js';
import { measureImages } from './measure.js';
import { checkOutput } from './model.js';
import type { Config } from './options.js';
import type { ModelPixels } from './pixels.js';

/**
 * One picture through the whole saliency: what cannot work must fail now, not after the first epoch.
 * @throws SatwatchError MODEL_OUTPUT, NO_GRADIENT
 */
export async function tryModel(
  tf: Tf,
  model: Model,
  head: Head,
  probe: ProbeSet,
  pixels: ModelPixels,
  config: Config,
): Promise<void> {
  const { height, width, channels } = probe;
  const [picture] = await pixels.read([0]);
  const classes = tf.tidy(() => {
    const values = picture ?? new Float32Array(height * width * channels);
    return head.logits(tf.tensor4d(values, [1, height, width, channels])).shape[1];
  });
  checkOutput(classes, probe);
  await measureImages(tf, model, { ...probe, images: probe.images.slice(0, 1) }, pixels, config);
}
