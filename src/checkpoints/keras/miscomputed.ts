import { SatwatchError } from '../../errors.js';
import { otherwise } from './topology.js';

/**
 * TensorFlow.js computes two things otherwise than Keras, without a word: a depthwise convolution as if it were not
 * dilated, and a batch normalisation over the last axis, whichever is named. Which one is the last is known once the
 * model is built.
 * @throws SatwatchError CHECKPOINT_UNREADABLE naming the layer
 */
export function refuseMiscomputed(model: any, way: readonly string[] = []): void {
  for (const layer of model.layers) {
    const names = [...way, layer.name];
    const refuse = (what: string) =>
      new SatwatchError(
        'CHECKPOINT_UNREADABLE',
        `layer '${names.join('/')}' (${layer.getClassName()}): ${what}. ${otherwise}`,
        names.join('/'),
      );
    if (layer.layers) refuseMiscomputed(layer, names);
    else if (layer.getClassName() === 'DepthwiseConv2D') {
      if ([layer.dilationRate].flat().some((rate) => rate !== 1))
        throw refuse(`dilation_rate = ${layer.dilationRate} is not in TensorFlow.js`);
    } else if (layer.getClassName() === 'BatchNormalization')
      for (const { inputShapes } of layer.inboundNodes as { inputShapes: unknown[][] }[]) {
        const rank = inputShapes[0].length;
        if (layer.axis !== -1 && layer.axis !== rank - 1)
          throw refuse(
            `axis = ${layer.axis} of ${rank} is not the last one, the only one that TensorFlow.js normalises`,
          );
      }
  }
}
