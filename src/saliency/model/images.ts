import type { Tensor4D } from '@tensorflow/tfjs';
import { SatwatchError } from '../../errors.js';
import { type HeadOptions, isGraphModel, isLayersModel, type Model } from './head.js';

/** @throws SatwatchError MODEL_INPUT where images are no images, or none that the model takes */
export function checkImages(images: Tensor4D, model: Model, options: HeadOptions): void {
  const refuse = (got: string, expected: string): never => {
    throw new SatwatchError('MODEL_INPUT', `images: got ${got}, expected ${expected}`, 'images');
  };
  if (images?.rank !== 4 || images.size === 0)
    refuse(images?.shape ? `[${images.shape}]` : String(images), '[n, height, width, channels], n from 1');
  if (images.dtype !== 'float32') refuse(images.dtype, 'float32: images.toFloat(), in the model’s range');
  const input = inputOf(model, options);
  const fits = input?.every((size, i) => i === 0 || size === null || size < 0 || size === images.shape[i]);
  if (input?.length === 4 && !fits)
    refuse(
      `[${images.shape}]`,
      `[n, ${input
        .slice(1)
        .map((size) => size ?? 'any')
        .join(', ')}] as the model takes them`,
    );
  if (!images.dataSync().every(Number.isFinite))
    refuse('a NaN or an infinity among the values', 'finite numbers in the model’s range');
}

/** The shape of the input of what images go into, where it is known. */
function inputOf(model: Model, { features, forward }: HeadOptions): (number | null)[] | undefined {
  const first = features ?? model;
  if (forward || typeof first === 'function') return undefined;
  if (!isLayersModel(first) && !isGraphModel(first)) return undefined;
  const inputs = first.inputs as { shape?: (number | null)[] }[];
  if (inputs.length > 1)
    throw new SatwatchError(
      'MODEL_INPUT',
      `model: has ${inputs.length} inputs, images go into one; hand in forward: (model, images) => logits that fills in the others`,
      'inputs',
    );
  return inputs[0]?.shape;
}
