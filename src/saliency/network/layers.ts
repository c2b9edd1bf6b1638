import type { Tensor } from '@tensorflow/tfjs';
import { SatwatchError } from '../../errors.js';
import type { At } from './builder.js';
import { activation, softmax } from './ops/activation.js';
import { derive } from './ops/derive.js';
import { conv, dense, depthwise, scale } from './ops/linear.js';
import { maximum, product, sum } from './ops/merge.js';
import { enlarge, move, reshape, resize } from './ops/move.js';
import { norm } from './ops/norm.js';
import { averagePool, maxPool, type Window } from './ops/pooling.js';

/** Adds a layer's steps → the value of its output. */
type Reader = (at: At, layer: any, inputs: number[], output?: number) => number;

const toLast = [0, 2, 3, 1];
const toFirst = [0, 3, 1, 2];

/** Runs a reader of [n,h,w,c], whatever the layer's data format. */
function channelsLast(read: Reader): Reader {
  return (at, layer, [x]) =>
    layer.dataFormat === 'channelsFirst'
      ? at.permute(read(at, layer, [at.permute(x, toLast)]), toFirst)
      : read(at, layer, [x]);
}

const same: Reader = (_, __, [x]) => x;

/** The layer as it computes, by a tensor for one input and a list for several; of several outputs the one at that place. */
function call(layer: any, output = 0): (inputs: Tensor[]) => Tensor {
  // A recurrent layer takes its first state beside its input.
  const recurrent = typeof layer.getInitialState === 'function';
  return (inputs) => {
    const [first, ...others] = inputs;
    const given =
      recurrent && others.length > 0
        ? layer.call(first, { initialState: others })
        : layer.call(others.length > 0 ? inputs : first, {});
    return (Array.isArray(given) ? given[output] : given) as Tensor;
  };
}

/** A layer of which nothing is known but that it can be computed. */
export const unknown: Reader = (at, layer, inputs, output = 0) => {
  const apply = call(layer, output);
  return at.add({ kind: 'unknown', apply, gradient: derive(at.tf, apply) }, inputs);
};

const moved: Reader = (at, layer, inputs) => at.add(move(at.tf, call(layer)), inputs);

/** The `activation` attribute of a layer as a step of its own. */
function activated(at: At, layer: any, value: number): number {
  const named = layer.activation;
  const name = (named?.getClassName?.() as string | undefined) ?? 'linear';
  if (name === 'linear') return value;
  const apply = (x: Tensor) => named.apply(x) as Tensor;
  return at.add(
    name === 'softmax' || name === 'logSoftmax'
      ? softmax(at.tf, -1, apply, name === 'logSoftmax')
      : activation(at.tf, name, apply),
    [value],
  );
}

/** A layer that is one activation. */
const activationLayer =
  (name: (layer: any) => string): Reader =>
  (at, layer, inputs) =>
    at.add(
      activation(at.tf, name(layer), (x) => call(layer)([x])),
      inputs,
    );

const bias = (layer: any): Tensor | null => (layer.useBias && layer.bias ? layer.bias.read() : null);

const window2d = ({ poolSize, strides, padding }: any): Window => ({ size: poolSize, strides, pad: padding });

/** A pooling along one axis: [n,l,c] as [n,l,1,c]. */
function along(at: At, x: number, op: (window?: Window) => any, window?: Window): number {
  const flat = at.add(
    reshape(([n, l, c]) => [n, l, 1, c]),
    [x],
  );
  return at.add(
    reshape(([n, l, , c]) => (window ? [n, l, c] : [n, c])),
    [at.add(op(window), [flat])],
  );
}
const window1d = ({ poolSize, strides, padding }: any): Window => ({
  size: [poolSize[0], 1],
  strides: [strides[0], 1],
  pad: padding,
});

/** A pooling of whole channels: [n,h,w,c] → [n,c]. */
const global =
  (op: typeof maxPool | typeof averagePool): Reader =>
  (at, layer, [x]) => {
    const last = layer.dataFormat === 'channelsFirst' ? at.permute(x, toLast) : x;
    return at.add(
      reshape(([n, , , c]) => [n, c]),
      [at.add(op(at.tf), [last])],
    );
  };

/** Several inputs of different rank are lifted to the largest, as tfjs does: axes of 1 after the first. */
const merged =
  (op: (at: At, count: number) => Parameters<At['add']>[0]): Reader =>
  (at, layer, inputs) => {
    const lifted = layer.reshapeRequired
      ? inputs.map((x, i) => {
          const ranks: number[] = layer.inboundNodes[0].inputShapes.map((shape: number[]) => shape.length);
          const missing = Math.max(...ranks) - ranks[i];
          if (missing === 0) return x;
          return at.add(
            reshape(([n, ...rest]) => [n, ...new Array(missing).fill(1), ...rest]),
            [x],
          );
        })
      : inputs;
    return at.add(op(at, inputs.length), lifted);
  };

/** A factor and an offset a channel, for an input of that rank. */
function perChannel(v: Tensor, axis: number, rank: number): Tensor {
  const place = axis < 0 ? axis + rank : axis;
  return place === rank - 1 ? v : v.reshape(Array.from({ length: rank }, (_, i) => (i === place ? -1 : 1)));
}

/** How each layer of tfjs is read, by its class name. */
export const readers: Record<string, Reader> = {
  Dense: (at, layer, inputs) =>
    activated(at, layer, at.add(dense(at.tf, layer.kernel.read(), bias(layer)), inputs)),

  Conv2D: channelsLast((at, layer, inputs) => {
    const { strides, padding: pad, dilationRate: dilation, kernel } = layer;
    const op = conv(at.tf, { strides, pad, dilation }, kernel.read(), bias(layer));
    return activated(at, layer, at.add(op, inputs));
  }),
  // tfjs ignores a dilation here.
  DepthwiseConv2D: channelsLast((at, layer, inputs) => {
    const { strides, padding: pad, depthwiseKernel } = layer;
    const op = depthwise(at.tf, { strides, pad }, depthwiseKernel.read(), bias(layer));
    return activated(at, layer, at.add(op, inputs));
  }),
  SeparableConv2D: channelsLast((at, layer, inputs) => {
    const { strides, padding: pad, dilationRate: dilation, depthwiseKernel, pointwiseKernel } = layer;
    const each = depthwise(at.tf, { strides, pad, dilation }, depthwiseKernel.read(), null);
    const mixed = conv(at.tf, { strides: [1, 1], pad: 'valid' }, pointwiseKernel.read(), bias(layer));
    return activated(at, layer, at.add(mixed, [at.add(each, inputs)]));
  }),

  BatchNormalization(at, layer, [x]) {
    const { movingMean, movingVariance, gamma, beta, epsilon, axis } = layer;
    const root = movingVariance.read().add(epsilon).sqrt();
    const factor: Tensor = gamma ? gamma.read().div(root) : at.tf.onesLike(root).div(root);
    const shift: Tensor = movingMean.read().mul(factor).neg();
    const offset = beta ? shift.add(beta.read()) : shift;
    const rank = layer.inboundNodes[0].inputShapes[0].length;
    if (rank === 4 && axis !== 3 && axis !== -1) {
      // Only tfjs-node computes that rightly; elsewhere the model is what tfjs makes of it.
      if (at.tf.getBackend() !== 'tensorflow') return unknown(at, layer, [x]);
      if (axis === 1) return at.permute(at.add(scale(factor, offset), [at.permute(x, toLast)]), toFirst);
    }
    return at.add(scale(perChannel(factor, axis, rank), perChannel(offset, axis, rank)), [x]);
  },
  Rescaling: (at, layer, inputs) =>
    at.add(scale(at.tf.scalar(layer.scale), at.tf.scalar(layer.offset)), inputs),
  LayerNormalization(at, layer, inputs) {
    const shape: number[] = layer.inboundNodes[0].inputShapes[0];
    const axes = ([] as number[]).concat(layer.axis).map((axis) => (axis < 0 ? axis + shape.length : axis));
    const broadcast = (v: any): Tensor | null =>
      v ? v.read().reshape(shape.map((size, i) => (axes.includes(i) ? size : 1))) : null;
    return at.add(norm(at.tf, axes, layer.epsilon, broadcast(layer.gamma), broadcast(layer.beta)), inputs);
  },

  Activation: (at, layer, [x]) => activated(at, layer, x),
  ReLU: activationLayer(({ maxValue }) =>
    maxValue === 6 ? 'relu6' : maxValue === undefined || maxValue === null ? 'relu' : 'clippedRelu',
  ),
  LeakyReLU: activationLayer(() => 'leakyRelu'),
  PReLU: activationLayer(() => 'prelu'),
  ELU: activationLayer(() => 'elu'),
  // Its gradient is tfjs's gap: `greater` has none.
  ThresholdedReLU: (at, layer, inputs) =>
    at.add(
      {
        ...activation(at.tf, 'thresholdedRelu', (x) => call(layer)([x])),
        gradient: (dy, [x]) => [dy.mul(x.greater(layer.theta).cast('float32'))],
      },
      inputs,
    ),
  Softmax: (at, layer, inputs) =>
    at.add(
      softmax(at.tf, layer.axis, (x) => layer.softmax(x, layer.axis)),
      inputs,
    ),

  MaxPooling2D: channelsLast((at, layer, inputs) => at.add(maxPool(at.tf, window2d(layer)), inputs)),
  AveragePooling2D: channelsLast((at, layer, inputs) => at.add(averagePool(at.tf, window2d(layer)), inputs)),
  GlobalMaxPooling2D: global(maxPool),
  GlobalAveragePooling2D: global(averagePool),
  MaxPooling1D: (at, layer, [x]) => along(at, x, (w) => maxPool(at.tf, w), window1d(layer)),
  AveragePooling1D: (at, layer, [x]) => along(at, x, (w) => averagePool(at.tf, w), window1d(layer)),
  GlobalMaxPooling1D: (at, _, [x]) => along(at, x, () => maxPool(at.tf)),
  GlobalAveragePooling1D: (at, _, [x]) => along(at, x, () => averagePool(at.tf)),

  ZeroPadding2D: moved,
  Cropping2D: moved,
  Flatten: (at, layer, [x]) => {
    const last = layer.dataFormat === 'channelsFirst' ? at.permute(x, toLast) : x;
    return at.add(
      reshape(([n]) => [n, -1]),
      [last],
    );
  },
  Reshape: moved,
  RepeatVector: moved,
  Permute: (at, layer, [x]) => at.permute(x, layer.dimsIncludingBatch),
  UpSampling2D: channelsLast(({ tf, add }, { size, interpolation }, inputs) =>
    add(
      interpolation === 'bilinear' ? resize(tf, ([, h, w]) => [h * size[0], w * size[1]]) : enlarge(tf, size),
      inputs,
    ),
  ),

  Masking(_, layer) {
    throw new SatwatchError(
      'UNKNOWN_LAYER',
      `layer '${layer.name}' (Masking): its mask is not carried to the layers behind it; hand in forward: (model, images) => logits, with a method that needs only gradients`,
      layer.name,
    );
  },
  InputLayer: same,
  Dropout: same,
  SpatialDropout1D: same,
  GaussianNoise: same,
  GaussianDropout: same,
  AlphaDropout: same,

  Add: merged((_, count) => sum(new Array(count).fill(1))),
  Subtract: merged(() => sum([1, -1])),
  Average: merged((_, count) => sum(new Array(count).fill(1 / count))),
  Maximum: merged(({ tf }) => maximum(tf)),
  Multiply: merged(() => product()),
  Concatenate: (at, layer, inputs) =>
    at.add(
      move(at.tf, (xs) => at.tf.concat(xs, layer.axis)),
      inputs,
    ),
};

/** @throws SatwatchError UNKNOWN_LAYER where nothing is known of a layer */
export function unknownLayer(
  method: string,
  layer: { name: string; getClassName(): string },
  rule = '…',
): SatwatchError {
  const named = Object.hasOwn(layer.constructor, 'className');
  const name = named ? layer.getClassName() : layer.constructor.name;
  const register = !named
    ? `Give its class a static className of its own, and register a rule for that with registerLayerRule`
    : Object.hasOwn(readers, name)
      ? `On this backend tfjs computes it wrongly along that axis. Take tfjs-node`
      : `Register one with registerLayerRule('${name}', ${rule})`;
  return new SatwatchError(
    'UNKNOWN_LAYER',
    `layer '${layer.name}' (${name}): '${method}' has no rule for it. ${register}, or take a method that needs only gradients: gradient, input-x-gradient, integrated-gradients, smoothgrad, grad-cam, guided-backprop`,
    layer.name,
  );
}
