import type * as tfjs from '@tensorflow/tfjs';

type Tf = typeof tfjs;
type Node = tfjs.SymbolicTensor;

/** Seeded numbers in [0, 1). */
export function uniform(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Weights as training leaves them: He-normal kernels, biases of both signs, batch norm away from the identity. */
export function randomise(tf: Tf, model: tfjs.LayersModel, seed: number): void {
  const random = uniform(seed);
  const normal = (deviation: number) => () => gaussian(random) * deviation;
  const between = (low: number, high: number) => () => low + (high - low) * random();
  const weights: tfjs.Tensor[] = (model as any).weights.map((variable: any) => {
    const shape: number[] = variable.shape;
    const name: string = variable.originalName ?? variable.name;
    const fan = shape.slice(0, -1).reduce((a, b) => a * b, 1) / (/depthwise/.test(name) ? shape.at(-2)! : 1);
    const draw = /kernel/.test(name)
      ? normal(Math.sqrt(2 / fan))
      : /gamma/.test(name)
        ? () => between(0.5, 1.5)() * (random() < 0.25 ? -1 : 1)
        : /variance/.test(name)
          ? between(0.3, 1.5)
          : /alpha/.test(name)
            ? between(0.05, 0.5)
            : /mean|beta/.test(name)
              ? normal(0.3)
              : normal(0.2);
    return tf.tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, draw), shape);
  });
  model.setWeights(weights);
  for (const weight of weights) weight.dispose();
}

const join = (tf: Tf, kind: 'add' | 'average' | 'maximum' | 'multiply', nodes: Node[]): Node =>
  tf.layers[kind]().apply(nodes) as Node;

const then = (layer: tfjs.layers.Layer, x: Node): Node => layer.apply(x) as Node;

type Part = (tf: Tf, x: Node) => Node;

const layer =
  (make: (l: Tf['layers'], channels: number) => tfjs.layers.Layer): Part =>
  (tf, x) =>
    then(make(tf.layers, x.shape.at(-1) as number), x);

export const through =
  (...parts: Part[]): Part =>
  (tf, x) =>
    parts.reduce((y, part) => part(tf, y), x);

const conv = (filters: number, kernelSize: number | [number, number], options: object = {}): Part =>
  layer((l) => l.conv2d({ filters, kernelSize, padding: 'same', ...options }));

const relu = layer((l) => l.reLU());
const norm = layer((l) => l.batchNormalization({}));

/** A layer that keeps [h,w,c], after a convolution whose values have both signs. */
const after = (make: (l: Tf['layers']) => tfjs.layers.Layer): Part => through(conv(3, 3), layer(make));

const activations = [
  'relu',
  'relu6',
  'elu',
  'selu',
  'softplus',
  'sigmoid',
  'tanh',
  'softsign',
  'hardSigmoid',
  'swish',
  'mish',
  'gelu',
  'gelu_new',
  'linear',
  'softmax',
  // tfjs takes it, and does not say so.
  'logSoftmax',
] as const;

const first = { dataFormat: 'channelsFirst' } as const;
const permute = (...dims: number[]): Part => layer((l) => l.permute({ dims }));

/** [h,w,c] → a convolution's values as [h·w,c]. */
const lines = through(
  conv(3, 3),
  layer((l) => l.reshape({ targetShape: [30, 3] })),
);

/** [h,w,c] → [h,w,c]: squeeze and excitation. */
const excite =
  (gate: 'sigmoid' | 'hardSigmoid' | 'tanh'): Part =>
  (tf, x) => {
    const c = x.shape[3] as number;
    const g = through(
      layer((l) => l.globalAveragePooling2d({})),
      layer((l) => l.dense({ units: 2, activation: 'relu' })),
      layer((l) => l.dense({ units: c, activation: gate })),
      layer((l) => l.reshape({ targetShape: [1, 1, c] })),
    )(tf, x);
    return join(tf, 'multiply', [x, g]);
  };

const residual =
  (body: Part): Part =>
  (tf, x) =>
    join(tf, 'add', [x, body(tf, x)]);

const branches =
  (...parts: Part[]): Part =>
  (tf, x) =>
    tf.layers.concatenate().apply(parts.map((part) => part(tf, x))) as Node;

const merge =
  (kind: 'add' | 'average' | 'maximum' | 'multiply', ...parts: Part[]): Part =>
  (tf, x) =>
    join(
      tf,
      kind,
      parts.map((part) => part(tf, x)),
    );

const nested =
  (body: Part, kind: 'functional' | 'sequential' = 'functional'): Part =>
  (tf, x) => {
    const shape = x.shape.slice(1) as number[];
    const input = tf.input({ shape });
    const inner =
      kind === 'functional'
        ? tf.model({ inputs: input, outputs: body(tf, input) })
        : tf.sequential({
            layers: [
              tf.layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same', inputShape: shape }),
              tf.layers.batchNormalization({}),
              tf.layers.reLU(),
            ],
          });
    return inner.apply(x) as Node;
  };

/** One convolution applied twice. */
const shared: Part = (tf, x) => {
  const c = x.shape[3] as number;
  const one = tf.layers.conv2d({ filters: c, kernelSize: 3, padding: 'same', activation: 'relu' });
  return then(one, then(one, x));
};

/** One model in both branches of a sum. */
const sharedModel: Part = (tf, x) => {
  const input = tf.input({ shape: x.shape.slice(1) as number[] });
  const inner = tf.model({ inputs: input, outputs: through(conv(3, 3), norm, relu)(tf, input) });
  const pooled = then(tf.layers.maxPooling2d({ poolSize: 3, strides: 1, padding: 'same' }), x);
  return join(tf, 'add', [inner.apply(x) as Node, inner.apply(pooled) as Node]);
};

/** Every layer, in several settings; what it makes of pictures [h,w,c] is flattened and explained through a dense layer. */
export const layerSettings: Record<string, Record<string, Part>> = {
  Dense: {
    'of a picture': layer((l) => l.dense({ units: 3, activation: 'relu' })),
    'without bias': through(
      layer((l) => l.flatten()),
      layer((l) => l.dense({ units: 4, useBias: false, activation: 'relu' })),
    ),
    'after a convolution, on the last axis': through(
      conv(3, 3),
      layer((l) => l.dense({ units: 3, activation: 'relu' })),
    ),
  },
  Conv2D: {
    same: conv(3, 3, { activation: 'relu' }),
    valid: conv(3, [2, 3], { padding: 'valid', activation: 'relu' }),
    strided: conv(3, 3, { strides: [2, 1], useBias: false, activation: 'relu' }),
    'strided, even kernel': conv(3, 2, { strides: 2 }),
    dilated: through(
      conv(3, [2, 3], { dilationRate: [2, 1], activation: 'relu' }),
      conv(2, 3, { dilationRate: 2 }),
    ),
    channelsFirst: through(
      permute(3, 1, 2),
      layer((l) => l.conv2d({ filters: 3, kernelSize: 3, padding: 'same', activation: 'relu', ...first })),
    ),
  },
  DepthwiseConv2D: {
    same: layer((l) => l.depthwiseConv2d({ kernelSize: 3, padding: 'same', activation: 'relu' })),
    multiplied: layer((l) => l.depthwiseConv2d({ kernelSize: [3, 2], depthMultiplier: 2, padding: 'valid' })),
    'later, strided': through(
      conv(3, 3, { activation: 'relu' }),
      layer((l) => l.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: 'same', useBias: false })),
    ),
    channelsFirst: through(
      permute(3, 1, 2),
      layer((l) => l.depthwiseConv2d({ kernelSize: 2, padding: 'same', activation: 'relu', ...first })),
    ),
  },
  SeparableConv2D: {
    same: layer((l) => l.separableConv2d({ filters: 3, kernelSize: 3, padding: 'same', activation: 'relu' })),
    'later, multiplied': through(
      conv(3, 3, { activation: 'relu' }),
      layer((l) => l.separableConv2d({ filters: 2, kernelSize: 2, depthMultiplier: 2, padding: 'valid' })),
    ),
    dilated: layer((l) => l.separableConv2d({ filters: 3, kernelSize: 2, dilationRate: 2, padding: 'same' })),
  },
  BatchNormalization: {
    'of the image': through(norm, conv(3, 3, { activation: 'relu' })),
    'of the image, before a valid convolution': through(
      norm,
      conv(3, 3, { padding: 'valid', activation: 'relu' }),
    ),
    'after a convolution': through(conv(3, 3), norm, relu),
    'after a depthwise': through(
      layer((l) => l.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same' })),
      norm,
      relu,
    ),
    'after a separable': through(
      layer((l) => l.separableConv2d({ filters: 3, kernelSize: 3 })),
      norm,
      relu,
    ),
    'after a dense layer': through(
      layer((l) => l.flatten()),
      layer((l) => l.dense({ units: 4 })),
      norm,
      relu,
    ),
    'between ReLU and a padded convolution': through(conv(3, 3, { activation: 'relu' }), norm, conv(3, 3)),
    'between ReLU and a valid convolution': through(
      conv(3, 3, { activation: 'relu' }),
      norm,
      conv(3, 2, { padding: 'valid' }),
    ),
    'between ReLU and 1×1': through(conv(3, 3, { activation: 'relu' }), norm, conv(3, 1)),
    'between ReLU and a valid depthwise': through(
      conv(3, 3, { activation: 'relu' }),
      norm,
      layer((l) => l.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2 })),
    ),
    'between ReLU and a dense layer': through(
      conv(3, 3, { activation: 'relu' }),
      layer((l) => l.globalAveragePooling2d({})),
      norm,
      layer((l) => l.dense({ units: 4, activation: 'relu' })),
    ),
    'read twice': (tf, x) => {
      const y = through(conv(3, 3), norm)(tf, x);
      return join(tf, 'add', [relu(tf, y), conv(3, 1)(tf, y)]);
    },
    'of a convolution read twice': (tf, x) => {
      const y = conv(3, 3)(tf, x);
      return join(tf, 'add', [relu(tf, norm(tf, y)), y]);
    },
    'without scale and center': through(
      conv(3, 3),
      layer((l) => l.batchNormalization({ scale: false, center: false })),
    ),
  },
  Activation: Object.fromEntries([
    ...activations.map((activation) => [`${activation} as an attribute`, conv(3, 3, { activation })]),
    ...activations.map((activation) => [
      `${activation} as a layer`,
      after((l) => l.activation({ activation: activation as 'softmax' })),
    ]),
  ]),
  ReLU: {
    plain: after((l) => l.reLU()),
    cut: after((l) => l.reLU({ maxValue: 0.8 })),
    six: through(
      layer((l) => l.rescaling({ scale: 9, offset: 0 })),
      after((l) => l.reLU({ maxValue: 6 })),
    ),
  },
  LeakyReLU: {
    plain: through(
      after((l) => l.leakyReLU({ alpha: 0.2 })),
      conv(3, 3),
    ),
  },
  PReLU: {
    own: through(
      after((l) => l.prelu({})),
      conv(2, 3),
    ),
    shared: after((l) => l.prelu({ sharedAxes: [1, 2] })),
  },
  ELU: {
    plain: through(
      after((l) => l.elu({})),
      conv(2, 3),
    ),
  },
  ThresholdedReLU: { plain: after((l) => l.thresholdedReLU({ theta: 0.3 })) },
  Softmax: { inner: after((l) => l.softmax({ axis: -1 })) },
  MaxPooling2D: {
    plain: after((l) => l.maxPooling2d({ poolSize: 2 })),
    'same, overlapping': after((l) => l.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
    'of many zeros': through(
      conv(3, 3, { activation: 'relu' }),
      layer((l) => l.maxPooling2d({ poolSize: [2, 3], strides: 1 })),
    ),
    'of the image': layer((l) => l.maxPooling2d({ poolSize: 2, strides: 1 })),
    channelsFirst: through(
      permute(3, 1, 2),
      layer((l) => l.maxPooling2d({ poolSize: 2, ...first } as any)),
    ),
  },
  AveragePooling2D: {
    plain: after((l) => l.averagePooling2d({ poolSize: 2 })),
    'same, overlapping': after((l) => l.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
    'of ReLUs': through(
      conv(3, 3, { activation: 'relu' }),
      layer((l) => l.averagePooling2d({ poolSize: 2, strides: 1 })),
    ),
    'of the image': layer((l) => l.averagePooling2d({ poolSize: 2, strides: 1 })),
  },
  GlobalMaxPooling2D: {
    plain: after((l) => l.globalMaxPooling2d({})),
    'of ReLUs': through(
      conv(3, 3, { activation: 'relu' }),
      layer((l) => l.globalMaxPooling2d({})),
    ),
    channelsFirst: through(
      permute(3, 1, 2),
      layer((l) => l.globalMaxPooling2d({ dataFormat: 'channelsFirst' })),
    ),
  },
  GlobalAveragePooling2D: {
    plain: after((l) => l.globalAveragePooling2d({})),
    'of ReLUs': through(
      conv(3, 3, { activation: 'relu' }),
      layer((l) => l.globalAveragePooling2d({})),
    ),
    channelsFirst: through(
      permute(3, 1, 2),
      layer((l) => l.globalAveragePooling2d({ dataFormat: 'channelsFirst' })),
    ),
  },
  MaxPooling1D: {
    plain: through(
      lines,
      layer((l) => l.maxPooling1d({ poolSize: 3, strides: 2, padding: 'same' })),
    ),
  },
  AveragePooling1D: {
    plain: through(
      lines,
      layer((l) => l.averagePooling1d({ poolSize: 4, strides: 3, padding: 'same' })),
    ),
  },
  GlobalMaxPooling1D: {
    plain: through(
      lines,
      layer((l) => l.globalMaxPooling1d({})),
    ),
  },
  GlobalAveragePooling1D: {
    plain: through(
      lines,
      layer((l) => l.globalAveragePooling1d({})),
    ),
  },
  RepeatVector: {
    plain: through(
      conv(3, 3, { activation: 'relu' }),
      layer((l) => l.globalMaxPooling2d({})),
      layer((l) => l.repeatVector({ n: 2 })),
      layer((l) => l.dense({ units: 3, activation: 'relu' })),
    ),
  },
  ZeroPadding2D: {
    'of the image': through(
      layer((l) =>
        l.zeroPadding2d({
          padding: [
            [1, 0],
            [2, 1],
          ],
        }),
      ),
      conv(3, 3, { padding: 'valid' }),
    ),
    later: through(
      after((l) => l.zeroPadding2d({ padding: 1 })),
      layer((l) => l.maxPooling2d({ poolSize: 2, strides: 2 })),
    ),
  },
  Cropping2D: {
    'of the image': through(
      layer((l) =>
        l.cropping2D({
          cropping: [
            [1, 0],
            [1, 2],
          ],
        }),
      ),
      conv(3, 2),
    ),
    later: after((l) =>
      l.cropping2D({
        cropping: [
          [1, 1],
          [0, 1],
        ],
      }),
    ),
  },
  UpSampling2D: {
    nearest: after((l) => l.upSampling2d({ size: [2, 3] })),
    bilinear: after((l) => l.upSampling2d({ size: [2, 2], interpolation: 'bilinear' } as any)),
    'bilinear of ReLUs': through(
      conv(2, 3, { activation: 'relu' }),
      layer((l) => l.upSampling2d({ size: [3, 2], interpolation: 'bilinear' } as any)),
      conv(2, 3),
    ),
  },
  Flatten: {
    plain: through(
      conv(3, 3, { activation: 'relu' }),
      layer((l) => l.flatten()),
    ),
    channelsFirst: through(
      permute(3, 1, 2),
      layer((l) => l.conv2d({ filters: 3, kernelSize: 3, activation: 'relu', ...first })),
      layer((l) => l.flatten(first as any)),
    ),
  },
  Reshape: {
    plain: through(
      conv(4, 3),
      layer((l) => l.reshape({ targetShape: [60, 2] })),
      layer((l) => l.dense({ units: 2, activation: 'relu' })),
    ),
  },
  Permute: { plain: through(conv(3, 3, { activation: 'relu' }), permute(2, 3, 1), conv(2, 2)) },
  Dropout: {
    plain: after((l) => l.dropout({ rate: 0.5 })),
    'before batch norm': through(
      after((l) => l.dropout({ rate: 0.5 })),
      norm,
      relu,
    ),
  },
  GaussianNoise: {
    plain: through(
      layer((l) => l.gaussianNoise({ stddev: 1 })),
      conv(3, 3, { activation: 'relu' }),
    ),
  },
  GaussianDropout: { plain: after((l) => l.gaussianDropout({ rate: 0.5 })) },
  AlphaDropout: { plain: after((l) => l.alphaDropout({ rate: 0.5 })) },
  Add: {
    residual: residual(through(conv(2, 3, { activation: 'relu' }), conv(2, 3))),
    'of three': merge('add', conv(3, 3), conv(3, 1, { activation: 'relu' }), conv(3, 2)),
    twice: (tf, x) => {
      const y = conv(3, 3)(tf, x);
      return join(tf, 'add', [y, y]);
    },
    'broadcast, of another rank': (tf, x) =>
      join(tf, 'add', [
        conv(3, 3)(tf, x),
        through(
          conv(3, 3),
          layer((l) => l.globalMaxPooling2d({})),
        )(tf, x),
      ]),
  },
  Average: {
    'of two': merge('average', conv(3, 3), conv(3, 1, { activation: 'relu' })),
    'of three': merge('average', conv(3, 3), conv(3, 1), conv(3, 2)),
  },
  Maximum: {
    'of two': merge('maximum', conv(3, 3), conv(3, 1)),
    'of ReLUs': merge(
      'maximum',
      conv(3, 3, { activation: 'relu' }),
      conv(3, 1, { activation: 'relu' }),
      conv(3, 2),
    ),
  },
  Multiply: {
    'by a gate': excite('sigmoid'),
    'by a hard gate, later': through(conv(3, 3, { activation: 'relu' }), excite('hardSigmoid')),
    'of two signals': merge('multiply', conv(3, 3), conv(3, 1, { activation: 'relu' })),
    'of three, one a gate': merge('multiply', conv(3, 3), conv(3, 1, { activation: 'tanh' }), conv(3, 2)),
    'of two gates': merge(
      'multiply',
      conv(3, 3, { activation: 'sigmoid' }),
      conv(3, 1, { activation: 'tanh' }),
    ),
    'by a broadcast value': (tf, x) =>
      join(tf, 'multiply', [
        conv(3, 3)(tf, x),
        through(
          conv(3, 3),
          layer((l) => l.globalMaxPooling2d({})),
        )(tf, x),
      ]),
    'of a broadcast signal': (tf, x) =>
      join(tf, 'multiply', [
        conv(3, 3, { activation: 'sigmoid' })(tf, x),
        through(
          conv(3, 3),
          layer((l) => l.globalMaxPooling2d({})),
        )(tf, x),
      ]),
  },
  Concatenate: {
    channels: branches(conv(2, 3, { activation: 'relu' }), conv(1, 1)),
    rows: (tf, x) => tf.layers.concatenate({ axis: 1 }).apply([conv(2, 3)(tf, x), x]) as Node,
  },
  LayerNormalization: {
    channels: after((l) => l.layerNormalization({})),
    'all axes': after((l) => l.layerNormalization({ axis: [1, 2, 3] })),
    'without scale and center': after((l) => l.layerNormalization({ axis: 3, scale: false, center: false })),
  },
  Rescaling: {
    'of the image, padded': through(
      layer((l) => l.rescaling({ scale: 2, offset: -1 })),
      conv(3, 3, { activation: 'relu' }),
    ),
    'of the image, negative': through(
      layer((l) => l.rescaling({ scale: -2, offset: 1 })),
      conv(3, 3, { padding: 'valid', activation: 'relu' }),
    ),
    later: through(
      conv(3, 3, { activation: 'relu' }),
      layer((l) => l.rescaling({ scale: 0.5, offset: 0.2 })),
      conv(3, 3),
    ),
  },
  'Nested models': {
    functional: nested(through(conv(3, 3), norm, relu)),
    sequential: nested(relu, 'sequential'),
    twice: nested(nested(conv(3, 3, { activation: 'relu' }))),
  },
  'Shared layers': { convolution: shared, model: sharedModel },
};

/** Parts of real networks, [h,w,c] → [h,w,c], for random combinations. */
export const blocks: Record<string, Part> = {
  conv: conv(3, 3, { activation: 'relu' }),
  'conv valid': conv(3, 2, { padding: 'valid', activation: 'relu' }),
  'conv strided': conv(3, 3, { strides: 2, activation: 'relu6' }),
  'conv, norm, relu': through(conv(3, 3, { useBias: false }), norm, relu),
  'norm, relu, conv': through(norm, relu, conv(3, 3)),
  'norm, conv 1×1': through(norm, conv(3, 1, { activation: 'swish' })),
  depthwise: through(
    layer((l) => l.depthwiseConv2d({ kernelSize: 3, padding: 'same', useBias: false })),
    norm,
    layer((l) => l.reLU({ maxValue: 6 })),
  ),
  separable: layer((l) =>
    l.separableConv2d({ filters: 3, kernelSize: 3, padding: 'same', activation: 'relu' }),
  ),
  residual: through(
    residual((tf, x) => through(conv(3, 3), norm, relu, conv(x.shape[3] as number, 3), norm)(tf, x)),
    relu,
  ),
  'residual, pre-activation': residual((tf, x) => through(norm, relu, conv(x.shape[3] as number, 3))(tf, x)),
  'inverted residual': residual((tf, x) =>
    through(
      conv(4, 1, { activation: 'relu6' }),
      layer((l) => l.depthwiseConv2d({ kernelSize: 3, padding: 'same' })),
      norm,
      conv(x.shape[3] as number, 1),
    )(tf, x),
  ),
  'squeeze and excitation': excite('sigmoid'),
  inception: branches(
    conv(1, 1, { activation: 'relu' }),
    through(conv(1, 1), conv(2, 3, { activation: 'relu' })),
    through(
      layer((l) => l.maxPooling2d({ poolSize: 3, strides: 1, padding: 'same' })),
      conv(1, 1),
    ),
    layer((l) => l.averagePooling2d({ poolSize: 3, strides: 1, padding: 'same' })),
  ),
  'max pooling': layer((l) => l.maxPooling2d({ poolSize: 2, strides: 2, padding: 'same' })),
  'average pooling': layer((l) => l.averagePooling2d({ poolSize: 2, strides: 2, padding: 'same' })),
  padded: layer((l) => l.zeroPadding2d({ padding: 1 })),
  enlarged: layer((l) => l.upSampling2d({ size: [2, 1] })),
  'enlarged smoothly': layer((l) => l.upSampling2d({ size: [1, 2], interpolation: 'bilinear' } as any)),
  leaky: layer((l) => l.leakyReLU({ alpha: 0.1 })),
  'layer norm': layer((l) => l.layerNormalization({})),
  dropout: layer((l) => l.dropout({ rate: 0.3 })),
  maximum: merge('maximum', conv(3, 3), conv(3, 1)),
  gated: merge('multiply', conv(3, 3), conv(3, 1, { activation: 'sigmoid' })),
  'average of two': merge('average', conv(3, 3, { activation: 'tanh' }), conv(3, 1, { activation: 'elu' })),
  'beside its input': (tf, x) => tf.layers.concatenate().apply([x, conv(2, 3)(tf, x)]) as Node,
  'two norms': through(conv(3, 3), norm, norm, relu),
  prelu: through(
    conv(3, 3),
    layer((l) => l.prelu({ sharedAxes: [1, 2] })),
  ),
  nested: nested(through(conv(3, 3), norm, relu)),
  'nested, then norm': through(nested(conv(3, 3)), norm, relu),
  shared,
  'shared model': sharedModel,
};

/** [h,w,c] → logits. */
export const heads: Record<string, Part> = {
  flatten: through(
    layer((l) => l.flatten()),
    layer((l) => l.dense({ units: 3 })),
  ),
  'flatten, softmax': through(
    layer((l) => l.flatten()),
    layer((l) => l.dense({ units: 3, activation: 'softmax' })),
  ),
  'average, softmax': through(
    layer((l) => l.globalAveragePooling2d({})),
    layer((l) => l.dense({ units: 4 })),
    layer((l) => l.softmax()),
  ),
  'maximum, hidden': through(
    layer((l) => l.globalMaxPooling2d({})),
    layer((l) => l.dense({ units: 4, activation: 'relu' })),
    layer((l) => l.dropout({ rate: 0.5 })),
    layer((l) => l.dense({ units: 2 })),
  ),
  'one unit': through(
    layer((l) => l.globalAveragePooling2d({})),
    layer((l) => l.dense({ units: 1, activation: 'sigmoid' })),
  ),
  sigmoids: through(
    layer((l) => l.globalAveragePooling2d({})),
    layer((l) => l.dense({ units: 3, activation: 'sigmoid' })),
  ),
  'one unit, flatten': through(
    layer((l) => l.flatten()),
    layer((l) => l.dense({ units: 1 })),
  ),
  'one unit, moved': through(
    layer((l) => l.globalMaxPooling2d({})),
    layer((l) => l.dense({ units: 1 })),
    layer((l) => l.activation({ activation: 'sigmoid' })),
    layer((l) => l.reshape({ targetShape: [1] })),
  ),
  'one unit, convolution': through(
    conv(1, 1),
    layer((l) => l.globalAveragePooling2d({})),
    layer((l) => l.activation({ activation: 'sigmoid' })),
  ),
  convolution: through(
    conv(3, 1),
    layer((l) => l.globalAveragePooling2d({})),
    layer((l) => l.activation({ activation: 'softmax' })),
  ),
};

/** Before the first layer. */
export const scales: Record<string, Part> = {
  none: (_, x) => x,
  rescaled: layer((l) => l.rescaling({ scale: 2, offset: -1 })),
  normalised: norm,
};

export interface Recipe {
  scale: string;
  parts: string[];
  head: string;
  seed: number;
}

export const size = [5, 6, 2] as const;

export function build(tf: Tf, part: Part, seed: number, shape: readonly number[] = size): tfjs.LayersModel {
  const input = tf.input({ shape: [...shape] });
  const model = tf.model({ inputs: input, outputs: part(tf, input) });
  randomise(tf, model, seed);
  return model;
}

export function fromRecipe(tf: Tf, { scale, parts, head, seed }: Recipe): tfjs.LayersModel {
  // A picture of one row or column is as small as they get.
  const inner = parts.map(
    (name): Part =>
      (_, x) =>
        Math.min(x.shape[1] as number, x.shape[2] as number) < 2 ? x : blocks[name](tf, x),
  );
  return build(tf, through(scales[scale], ...inner, heads[head]), seed);
}

/** A net of that part alone, with a dense layer on top. */
export function alone(tf: Tf, part: Part, seed: number): tfjs.LayersModel {
  return build(
    tf,
    (_, x) => {
      const y = part(tf, x);
      const flat = y.shape.length > 2 ? then(tf.layers.flatten(), y) : y;
      return then(tf.layers.dense({ units: 3 }), flat);
    },
    seed,
  );
}
