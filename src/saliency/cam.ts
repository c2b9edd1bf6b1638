import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { SatwatchError, suggest } from '../errors.js';
import { backward, forward, type Network } from './network/index.js';
import { refuse, shown } from './optionChecks.js';
import type { Explained } from './types.js';

/** `layer`: by name, default the last convolution. */
export const camOptions = { layer: undefined, upsample: 'bilinear', relu: true };

const upsamplings = ['none', 'bilinear', 'bilinear-align-corners'];

export function checkCam({ layer, upsample, relu }: Record<keyof typeof camOptions, unknown>): void {
  if (layer !== undefined && typeof layer !== 'string')
    refuse('layer', shown(layer), 'the name of a convolution');
  if (!upsamplings.includes(upsample as string))
    refuse('upsample', shown(upsample), `one of ${upsamplings.join(', ')}`);
  if (typeof relu !== 'boolean') refuse('relu', shown(relu), 'true or false');
}

/** A forward pass, and a short way back. */
export const costOfCam = () => 0.6;

/** Σ_k w_k A_k [n,h,w,1] in the size of the images: A a layer's output, w_k by `weigh(A, ∂f/∂A)` [n,1,1,k]. */
export function cam(
  explained: Explained,
  images: Tensor4D,
  { layer, upsample, relu }: { layer?: string; upsample: string; relu: boolean },
  weigh: (activations: Tensor, gradient: Tensor) => Tensor,
): Tensor4D {
  const { tf } = explained;
  // Unmerged: a layer's output is what tfjs has there.
  const network = explained.network({ merge: false, afterBase: true });
  // Unfused: the layer looked at may be the one before a ReLU.
  const values = forward(network, explained.base(images));
  const at = placeOf(network, values, layer);
  const top = explained.top(values[network.output]);
  const gradient = backward(
    network,
    values,
    top,
    ({ op }, dy, inputs, output) => op.gradient(dy, inputs, output),
    at,
  );
  const sum = values[at].mul(weigh(values[at], gradient)).sum(3, true) as Tensor4D;
  const map = relu ? tf.relu(sum) : sum;
  if (upsample === 'none') return map;
  const [, h, w] = images.shape;
  const aligned = upsample === 'bilinear-align-corners';
  return tf.image.resizeBilinear(map, [h, w], aligned, !aligned);
}

/** The value of that layer's output, its activation included; without a name the last convolution's. */
function placeOf({ steps }: Network, values: Tensor[], name: string | undefined): number {
  const isMap = (value: number) => values[value].rank === 4;
  const last = steps.findLast(({ op }) => op.kind === 'linear' && ['conv', 'depthwise'].includes(op.form));
  const wanted = name ?? last?.layer.name;
  const own = steps.filter(({ layer }) => layer.name === wanted);
  // Behind a convolution with its channels first they are moved back.
  const step = own.findLast(({ op }) => op.kind !== 'move') ?? own.at(-1);
  if (step && isMap(step.output)) return step.output;
  const names = [...new Set(steps.filter(({ output }) => isMap(output)).map(({ layer }) => layer.name))];
  throw new SatwatchError(
    'BAD_OPTION',
    wanted === undefined
      ? `layer: the model has no convolution, so grad-cam has no map to weigh${names.length ? `; layers with maps: ${names.join(', ')}` : ''}`
      : step
        ? `layer: '${wanted}' (${step.layer.getClassName()}) gives [${values[step.output].shape.slice(1)}] for an image, expected a layer with maps [height, width, channels]: ${names.join(', ')}`
        : `layer: there is no '${wanted}'; ${suggest(wanted, names)}`,
    'layer',
  );
}
