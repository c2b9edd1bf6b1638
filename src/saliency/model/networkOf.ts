import type { Tf } from '../../backend/types.js';
import { SatwatchError } from '../../errors.js';
import { type Network, readNetwork } from '../network/index.js';
import { type HeadOptions, isLayersModel, layersModels, type Model, outputNames, outputOf } from './head.js';

export interface ReadOptions {
  /** Merge batch norm into its neighbours; default true. */
  merge?: boolean;
  /** Leave out a base that is a function: the network begins at the model's own input. */
  afterBase?: boolean;
}

/** Whether all of it is layers. */
export function isReadable(model: Model, { features, forward }: HeadOptions): boolean {
  return !forward && isLayersModel(model) && typeof features !== 'function';
}

/**
 * The model, with a base before it, as a list of steps.
 * @throws SatwatchError NEEDS_LAYERS where a part is no LayersModel
 */
export function networkOf(
  tf: Tf,
  model: Model,
  { method, features, forward, output }: HeadOptions & { method: string },
  { merge = true, afterBase = false }: ReadOptions = {},
): Network {
  const refuse = (what: string): never => {
    throw new SatwatchError(
      'NEEDS_LAYERS',
      `method '${method}' reads the layers of a LayersModel, and ${what}. Methods that need only gradients work: gradient, input-x-gradient, integrated-gradients, smoothgrad, expected-gradients`,
      method,
    );
  };
  if (forward) refuse('forward hides them');
  if (!isLayersModel(model)) return refuse('the model is none');
  if (typeof features === 'function' && !afterBase)
    return refuse('features is a function; hand in the base itself as features, if it is a LayersModel');
  const models = layersModels(model, { features });
  return readNetwork(tf, models, { merge, output: outputOf(outputNames(model), output) });
}
