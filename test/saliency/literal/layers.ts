import { activation, leaky, relu, thresholded } from './activations.js';
import { batchNorm, conv, dense, depthwise, scale, separable } from './linearLayers.js';
import { maximum, multiplied, sum } from './merges.js';
import {
  concatenated,
  cropped,
  enlarged,
  flattened,
  padded,
  permuted,
  repeated,
  reshapedTo,
} from './moves.js';
import type { Op } from './network.js';
import { flat, groupsAlong, indices } from './places.js';
import { average, globalPooling, globalPooling1d, largest, pooling, pooling1d } from './pooling.js';
import { activated, activationName, type Reading, softmax, weightsOf } from './reading.js';

function layerNorm({ layer, inputs, shapes, emit }: Reading): number {
  const [shape] = shapes;
  const axes: number[] = [layer.axis]
    .flat()
    .map((axis: number) => (axis < 0 ? shape.length + axis : axis - 1));
  const inner = axes.map((axis) => shape[axis]);
  const spread = (weights: number[] | null, otherwise: number) =>
    indices(shape).map((index) =>
      weights
        ? weights[
            flat(
              axes.map((axis) => index[axis]),
              inner,
            )
          ]
        : otherwise,
    );
  const op: Op = {
    kind: 'norm',
    groups: groupsAlong(shape, axes),
    gain: spread(weightsOf(layer.gamma), 1),
    bias: spread(weightsOf(layer.beta), 0),
    epsilon: layer.epsilon,
  };
  return emit(op, inputs, shape);
}

function prelu({ layer, inputs, shapes, emit }: Reading): number {
  const slopes = weightsOf(layer.alpha)!;
  const own: number[] = layer.alpha.shape;
  const places = indices(shapes[0]).map((index) =>
    flat(
      index.map((i, axis) => (own[axis] === 1 ? 0 : i)),
      own,
    ),
  );
  return emit(
    leaky((place) => slopes[places[place]]),
    inputs,
    shapes[0],
  );
}

const elementwise =
  (op: (layer: any) => Op) =>
  ({ layer, inputs, shapes, emit }: Reading) =>
    emit(op(layer), inputs, shapes[0]);

const unchanged = ({ inputs }: Reading) => inputs[0];

export const readers: Record<string, (reading: Reading) => number> = {
  Conv2D: conv,
  DepthwiseConv2D: depthwise,
  SeparableConv2D: separable,
  Dense: dense,
  BatchNormalization: batchNorm,
  Rescaling: ({ layer, inputs, shapes, emit }) =>
    emit(
      scale(
        shapes[0],
        () => layer.scale,
        () => layer.offset,
      ),
      inputs,
      shapes[0],
    ),
  Activation: ({ layer, inputs, shapes, emit }) =>
    activated(activationName(layer), inputs[0], shapes[0], emit),
  ReLU: elementwise((layer) => relu(layer.maxValue ?? undefined)),
  LeakyReLU: elementwise((layer) => leaky(() => layer.alpha)),
  PReLU: prelu,
  ELU: elementwise(() => activation('elu')),
  ThresholdedReLU: elementwise((layer) => thresholded(layer.theta)),
  Softmax: ({ layer, inputs, shapes, emit }) =>
    emit(
      softmax(shapes[0], layer.axis < 0 ? shapes[0].length + layer.axis : layer.axis - 1, 'softmax'),
      inputs,
      shapes[0],
    ),
  MaxPooling2D: pooling(largest),
  AveragePooling2D: pooling(average),
  GlobalMaxPooling2D: globalPooling(largest),
  GlobalAveragePooling2D: globalPooling(average),
  MaxPooling1D: pooling1d(largest),
  AveragePooling1D: pooling1d(average),
  GlobalMaxPooling1D: globalPooling1d(largest),
  GlobalAveragePooling1D: globalPooling1d(average),
  RepeatVector: repeated,
  ZeroPadding2D: padded,
  Cropping2D: cropped,
  UpSampling2D: enlarged,
  Flatten: flattened,
  Reshape: reshapedTo,
  Permute: permuted,
  Dropout: unchanged,
  GaussianNoise: unchanged,
  GaussianDropout: unchanged,
  AlphaDropout: unchanged,
  SpatialDropout1D: unchanged,
  Add: sum(() => 1),
  Average: sum((n) => 1 / n),
  Maximum: maximum,
  Multiply: multiplied,
  Concatenate: concatenated,
  LayerNormalization: layerNorm,
};

/** The layer classes that the literal program reads. */
export const layerClasses = Object.keys(readers);
