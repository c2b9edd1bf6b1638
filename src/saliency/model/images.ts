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
  if (images.isDisposed) refuse('a tensor that is disposed', 'one that is there');
  if (images.dtype !== 'float32') refuse(images.dtype, 'float32: images.toFloat(), in the model’s range');
  const input = inputOf(model, options);
  checkBase(model, options);
  if (input && !fits(input, images.shape))
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

function fits(expected: readonly (number | null)[], shape: readonly (number | null)[]): boolean {
  return (
    expected.length === shape.length &&
    expected.every(
      (size, i) => i === 0 || size === null || size < 0 || shape[i] === null || size === shape[i],
    )
  );
}

/** A base of layers whose output is none that the model takes. */
function checkBase(model: Model, { features, forward }: HeadOptions): void {
  if (forward || !features || !isLayersModel(features) || !isLayersModel(model)) return;
  const [given, taken] = [features.outputs[0].shape, model.inputs[0].shape];
  if (!fits(taken, given))
    throw new SatwatchError(
      'MODEL_INPUT',
      `features: gives [${given.map((size) => size ?? 'any')}], and the model takes [${taken.map((size) => size ?? 'any')}]; hand in the base that the model was trained on`,
      'features',
    );
}

/** The shape of the input of what images go into, where it is known. */
function inputOf(model: Model, { features, forward }: HeadOptions): (number | null)[] | undefined {
  // What a `forward` takes of the model, only it knows.
  const first = features ?? (forward ? undefined : model);
  if (!first || typeof first === 'function') return undefined;
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
