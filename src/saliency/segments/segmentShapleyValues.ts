import type { Tensor4D } from '@tensorflow/tfjs';
import type { Tf } from '../../backend/types.js';
import { refuseUnknownOptions } from '../../errors.js';
import { type AttributeOptions, inBatches } from '../attribute.js';
import { type ShapleyOptions, segmentShapleyMap, shapleyOf } from '../methods/segmentShapley.js';
import type { HeadOptions, Model } from '../model/head.js';
import { checkImages } from '../model/images.js';
import type { ShapleyValues } from './shapley.js';

/** Options of `segmentShapley`; what each may be stands with `attribute` and the method 'segment-shapley'. */
export interface SegmentShapleyOptions
  extends HeadOptions,
    Pick<ShapleyOptions, 'segments'>,
    Partial<Omit<ShapleyOptions, 'segments'>> {
  target: AttributeOptions['target'];
  score?: AttributeOptions['score'];
}

const known = ['target', 'score', 'features', 'forward', 'output', ...Object.keys(segmentShapleyMap.options)];

/**
 * The numbers behind the maps of 'segment-shapley': for each image the names of its segments, their Shapley values, and
 * the standard errors of these, 0 where they are exact.
 * @throws SatwatchError UNKNOWN_OPTION, BAD_OPTION, MASK_SIZE, MODEL_INPUT
 */
export function segmentShapley(
  tf: Tf,
  model: Model,
  images: Tensor4D,
  options: SegmentShapleyOptions,
): ({ segments: string[] } & ShapleyValues)[] {
  refuseUnknownOptions('segmentShapley', options, known);
  checkImages(images, model, options);
  const named = { ...options, method: 'segment-shapley' };
  const batches = inBatches(tf, model, images, named, ({ explained, batch, own }) => {
    const { lists, shapley } = shapleyOf(explained, batch, own as unknown as ShapleyOptions);
    return shapley.map((values, i) => ({ segments: lists[i].map(({ name }) => name), ...values }));
  });
  return batches.flatMap(({ result }) => result);
}
