import type { LayersModel } from '@tensorflow/tfjs';
import type { Tf } from '../../backend/types.js';
import { SatwatchError } from '../../errors.js';
import type { LayerJson } from './layers.js';
import { refuseMiscomputed } from './miscomputed.js';
import { otherwise, translateModel } from './topology.js';
import { disposeModel, setWeights, type WeightSource } from './weights.js';

/** A Keras model from its JSON and its weights. */
export async function loadKeras(
  tf: Tf,
  model: LayerJson,
  version: string | undefined,
  source: WeightSource,
): Promise<LayersModel> {
  const { json, leaves } = translateModel(model, Number.parseInt(version ?? '', 10) || 2);
  const loaded = await tf.models.modelFromJSON(json as never).catch((cause) => {
    throw new SatwatchError(
      'CHECKPOINT_UNREADABLE',
      `TensorFlow.js cannot build the model: ${cause.message.split('\n')[0]}. ${otherwise}`,
      model.config?.name,
      { cause },
    );
  });
  try {
    refuseMiscomputed(loaded);
    setWeights(tf, loaded, leaves, source);
    return loaded;
  } catch (error) {
    disposeModel(loaded);
    throw error;
  }
}
