/** A layer as a model's JSON has it; Keras adds `module` and, for layers called inside a graph, `inbound_nodes`. */
export interface LayerJson {
  class_name: string;
  module?: string | null;
  config: Record<string, any>;
  name?: string;
  inbound_nodes?: unknown[];
}

/** What cannot be translated, and why; the caller names the layer and says what to do. */
export class Untranslatable extends Error {}

interface Translation {
  className: string;
  /** Keys and values in Keras' spelling, which tfjs reads. */
  config: Record<string, unknown>;
  /** Weights that are not in the file: all of them one number, or the list. */
  weights?: Record<string, number | number[]>;
}

type Translate = (config: Record<string, any>, keras: number) => Translation;

/** What tfjs-layers lacks in a layer is refused unless it has the value at which it does nothing. */
function layer(
  className: string,
  uses: readonly string[],
  neutral: Record<string, readonly unknown[]> = {},
  variables: readonly string[] = [],
): Translate {
  return (config, keras) => {
    for (const [key, values] of Object.entries(neutral)) {
      const value = config[key];
      if (value !== undefined && value !== null && !values.some((one) => same(one, value)))
        throw new Untranslatable(`${key} = ${JSON.stringify(value)} is not in TensorFlow.js`);
    }
    const kept = Object.fromEntries(
      uses.filter((key) => config[key] != null).map((key) => [key, config[key]]),
    );
    if ('activation' in kept) kept.activation = activation(kept.activation, keras);
    // The weights come from the file: drawing them at random first would be waste.
    const zeros = { class_name: 'Zeros', config: {} };
    return {
      className,
      config: { ...kept, ...Object.fromEntries(variables.map((name) => [`${name}_initializer`, zeros])) },
    };
  };
}

/**
 * Always with scale and offset, 1 and 0 where Keras has none: TensorFlow.js finds no gradient of a batch normalisation
 * without them.
 */
function batchNormalization(config: Record<string, any>, keras: number): Translation {
  const { axis, center, scale } = config;
  if (Array.isArray(axis) && axis.length > 1)
    throw new Untranslatable(`axis = ${JSON.stringify(axis)} is not in TensorFlow.js`);
  const options = { ...config, axis: Array.isArray(axis) ? axis[0] : axis, center: true, scale: true };
  const neutral = { renorm: [false], invert: [false] };
  const translated = layer(
    'BatchNormalization',
    ['axis', 'epsilon', 'center', 'scale'],
    neutral,
  )(options, keras);
  return {
    ...translated,
    weights: { ...(scale === false && { gamma: 1 }), ...(center === false && { beta: 0 }) },
  };
}

const last = { data_format: ['channels_last'] };
const convolution = ['kernel_size', 'strides', 'padding', 'dilation_rate', 'activation', 'use_bias'];
const pooling = ['pool_size', 'strides', 'padding'];
const merge = (className: string) => layer(className, []);

/** Does nothing to a picture outside training. */
const nothing: Translate = () => ({ className: 'Dropout', config: { rate: 0 } });

/** Keras layers that TensorFlow.js computes alike, checked against Keras' own predictions (test/reference/keras). */
export const layers: Record<string, Translate> = {
  Conv2D: layer('Conv2D', ['filters', ...convolution], { ...last, groups: [1] }, ['kernel']),
  Conv2DTranspose: layer('Conv2DTranspose', ['filters', ...convolution], {
    ...last,
    groups: [1],
    dilation_rate: [1, [1, 1]],
    output_padding: [],
  }),
  // TensorFlow.js takes its dilation_rate and computes as if there were none.
  DepthwiseConv2D: layer(
    'DepthwiseConv2D',
    ['depth_multiplier', ...convolution],
    { ...last, dilation_rate: [1, [1, 1]] },
    ['depthwise'],
  ),
  SeparableConv2D: layer('SeparableConv2D', ['filters', 'depth_multiplier', ...convolution], last, [
    'depthwise',
    'pointwise',
  ]),
  Dense: layer('Dense', ['units', 'activation', 'use_bias'], {}, ['kernel']),

  MaxPooling2D: layer('MaxPooling2D', pooling, last),
  AveragePooling2D: layer('AveragePooling2D', pooling, last),
  GlobalMaxPooling2D: layer('GlobalMaxPooling2D', [], { ...last, keepdims: [false] }),
  GlobalAveragePooling2D: layer('GlobalAveragePooling2D', [], { ...last, keepdims: [false] }),
  ZeroPadding2D: layer('ZeroPadding2D', ['padding'], last),
  Cropping2D: layer('Cropping2D', ['cropping'], last),
  UpSampling2D: layer('UpSampling2D', ['size'], { ...last, interpolation: ['nearest'] }),

  BatchNormalization: (config, keras) => batchNormalization(config, keras),
  LayerNormalization: layer('LayerNormalization', ['axis', 'epsilon', 'center', 'scale'], {
    rms_scaling: [false],
  }),
  // (x − mean) / √variance: a batch normalisation without scale and offset.
  Normalization: (config, keras) => {
    const given = [config.mean, config.variance].filter((values) => values != null);
    if (!given.every((values) => Array.isArray(values) && values.every(Number.isFinite)))
      throw new Untranslatable('one mean or variance for all channels is not in TensorFlow.js');
    const options = { axis: -1, epsilon: 0, center: false, scale: false, invert: config.invert };
    const { weights, ...translated } = batchNormalization(options, keras);
    const [moving_mean, moving_variance] = given as number[][];
    return {
      ...translated,
      weights: { ...weights, ...(given.length === 2 && { moving_mean, moving_variance }) },
    };
  },

  Activation: layer('Activation', ['activation']),
  Softmax: layer('Softmax', ['axis']),
  ReLU: layer('ReLU', ['max_value'], { negative_slope: [0], threshold: [0] }),
  LeakyReLU: (config, keras) =>
    layer('LeakyReLU', ['alpha'])({ alpha: config.negative_slope ?? config.alpha ?? 0.3 }, keras),
  PReLU: layer('PReLU', ['shared_axes']),
  ELU: layer('ELU', ['alpha']),

  Flatten: layer('Flatten', [], last),
  Reshape: layer('Reshape', ['target_shape']),
  Permute: layer('Permute', ['dims']),
  Rescaling: (config, keras) => {
    if (typeof config.scale !== 'number' || typeof (config.offset ?? 0) !== 'number')
      throw new Untranslatable('a scale or an offset for each channel is not in TensorFlow.js');
    return layer('Rescaling', ['scale', 'offset'])(config, keras);
  },

  Add: merge('Add'),
  Multiply: merge('Multiply'),
  Average: merge('Average'),
  Maximum: merge('Maximum'),
  Minimum: merge('Minimum'),
  Concatenate: layer('Concatenate', ['axis']),

  Dropout: nothing,
  SpatialDropout2D: nothing,
  AlphaDropout: nothing,
  GaussianDropout: nothing,
  GaussianNoise: nothing,
  ActivityRegularization: nothing,
  RandomFlip: nothing,
  RandomRotation: nothing,
  RandomZoom: nothing,
  RandomTranslation: nothing,
  RandomShear: nothing,
  RandomContrast: nothing,
  RandomBrightness: nothing,
  RandomHue: nothing,
  RandomSaturation: nothing,
  RandomErasing: nothing,
};

/** Keras 3 writes `x / 127.5 - 1` inside a model as operations of a tensor and a number: → scale and offset. */
export const scalarOperations: Record<string, (number: number) => { scale: number; offset: number }> = {
  Add: (number) => ({ scale: 1, offset: number }),
  Subtract: (number) => ({ scale: 1, offset: -number }),
  Multiply: (number) => ({ scale: number, offset: 0 }),
  TrueDivide: (number) => ({ scale: 1 / number, offset: 0 }),
};

const activations: Record<string, string> = {
  ...Object.fromEntries(
    ['linear', 'relu', 'relu6', 'elu', 'selu', 'gelu', 'sigmoid', 'tanh', 'softmax', 'log_softmax'].map(
      (name) => [name, name],
    ),
  ),
  softplus: 'softplus',
  softsign: 'softsign',
  mish: 'mish',
  swish: 'swish',
  silu: 'swish',
};

function activation(value: any, keras: number): string {
  const name = typeof value === 'object' ? value.config : value;
  // Keras 3 has another hard sigmoid than Keras 2 and TensorFlow.js.
  if (name === 'hard_sigmoid' && keras < 3) return name;
  if (typeof name === 'string' && Object.hasOwn(activations, name)) return activations[name];
  throw new Untranslatable(
    `the activation '${typeof name === 'string' ? name : JSON.stringify(value)}' is not in TensorFlow.js`,
  );
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
