import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { withInputGradients } from '../../backend/index.js';
import type { Tf } from '../../backend/types.js';
import { SatwatchError } from '../../errors.js';
import { type HeadOptions, isLayersModel, type Model } from './head.js';

/**
 * Why a gradient failed, in words a user can act on: the first layer through which no gradient flows is found by
 * trying the model cut after each of its layers. Errors that are not about gradients pass unchanged.
 */
export function explainGradientFailure(
  tf: Tf,
  model: Model,
  images: Tensor4D,
  error: unknown,
  options: HeadOptions,
): unknown {
  if (error instanceof SatwatchError || !(error instanceof Error)) return error;
  if (!isGradientError(error)) return error;
  const layer =
    !options.features && !options.forward && isLayersModel(model) ? culprit(tf, model, images) : undefined;
  const where = layer ? `layer '${layer.name}' (${layer.getClassName()})` : 'the model';
  return new SatwatchError(
    'NO_GRADIENT',
    `${where}: no gradient flows back to the image (${error.message}). Every operation between image and logits must be differentiable on backend '${tf.getBackend()}'; replace that layer, or use another backend`,
    layer?.name,
    { cause: error },
  );
}

function isGradientError(error: Error): boolean {
  return /gradient|Kernel '.*' not registered|inputs provided/i.test(error.message);
}

function culprit(tf: Tf, model: any, images: Tensor4D): any {
  const seen = new Set<string>();
  for (const layer of model.layers) {
    if (seen.has(layer.name) || layer.getClassName() === 'InputLayer') continue;
    seen.add(layer.name);
    let output: any;
    try {
      output = layer.output;
    } catch {
      continue; // a shared layer has several outputs
    }
    const cut = tf.model({ inputs: model.inputs, outputs: output });
    try {
      tf.tidy(() =>
        withInputGradients(tf, () =>
          tf.grad((x: Tensor) => (cut.apply(x, { training: false }) as Tensor).sum())(images),
        ),
      );
    } catch (error) {
      if (error instanceof Error && isGradientError(error)) return layer;
    }
  }
  return undefined;
}
