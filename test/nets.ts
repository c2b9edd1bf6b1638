import type * as tfjs from '@tensorflow/tfjs';
import type { Tf } from '../src/backend/types.js';

type Node = tfjs.SymbolicTensor;

/** A small classifier: [n,size,size,3] → [n,classes], ending in a softmax. The same seed, the same weights. */
export type Net = (tf: Tf, size: number, classes: number, seed?: number) => tfjs.LayersModel;

/** The three kinds of net that the WASM backend must be able to train. */
export const nets: Record<string, Net> = { plainCnn, mobileNetLike, resNetLike };

/** conv16, pool, conv32, pool, conv64, global average, dense. */
function plainCnn(tf: Tf, size: number, classes: number, seed = 1): tfjs.LayersModel {
  const build = builder(tf, seed);
  const input = tf.input({ shape: [size, size, 3] });
  let x = build.conv(input, 16, 3, { useBias: true, activation: 'relu' });
  x = build.then(tf.layers.maxPooling2d({ poolSize: 2 }), x);
  x = build.conv(x, 32, 3, { useBias: true, activation: 'relu' });
  x = build.then(tf.layers.maxPooling2d({ poolSize: 2 }), x);
  x = build.conv(x, 64, 3, { useBias: true, activation: 'relu' });
  return build.model(input, x, classes);
}

/** Inverted residuals: expand by 1×1, depthwise 3×3, project; batch norm and ReLU6, as in MobileNetV2. */
function mobileNetLike(tf: Tf, size: number, classes: number, seed = 1): tfjs.LayersModel {
  const build = builder(tf, seed);
  const input = tf.input({ shape: [size, size, 3] });
  const relu6 = () => tf.layers.reLU({ maxValue: 6 });
  const block = (from: Node, channels: number, strides: number): Node => {
    const inner = (from.shape[3] as number) * 3;
    let x = build.then(relu6(), build.norm(build.conv(from, inner, 1)));
    const depthwise = tf.layers.depthwiseConv2d({
      kernelSize: 3,
      strides,
      padding: 'same',
      useBias: false,
      depthwiseInitializer: build.initializer(),
    });
    x = build.then(relu6(), build.norm(build.then(depthwise, x)));
    x = build.norm(build.conv(x, channels, 1));
    return strides === 1 && channels === from.shape[3] ? (tf.layers.add().apply([from, x]) as Node) : x;
  };
  let x = build.then(relu6(), build.norm(build.conv(input, 8, 3, { strides: 2 })));
  x = block(x, 8, 1);
  x = block(x, 12, 2);
  x = block(x, 12, 1);
  return build.model(input, x, classes);
}

/** Basic residual blocks with a strided 1×1 shortcut where the shape changes, a strided max-pooled stem. */
function resNetLike(tf: Tf, size: number, classes: number, seed = 1): tfjs.LayersModel {
  const build = builder(tf, seed);
  const input = tf.input({ shape: [size, size, 3] });
  const relu = () => tf.layers.reLU();
  const block = (from: Node, channels: number, strides: number): Node => {
    let x = build.then(relu(), build.norm(build.conv(from, channels, 3, { strides })));
    x = build.norm(build.conv(x, channels, 3));
    const same = strides === 1 && channels === from.shape[3];
    const shortcut = same ? from : build.norm(build.conv(from, channels, 1, { strides }));
    return build.then(relu(), tf.layers.add().apply([shortcut, x]) as Node);
  };
  let x = build.then(relu(), build.norm(build.conv(input, 8, 5, { strides: 2 })));
  x = build.then(tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }), x);
  x = block(x, 8, 1);
  x = block(x, 16, 2);
  return build.model(input, x, classes);
}

function builder(tf: Tf, seed: number) {
  let next = seed;
  const initializer = () => tf.initializers.heNormal({ seed: next++ });
  const then = (layer: tfjs.layers.Layer, x: Node) => layer.apply(x) as Node;
  return {
    initializer,
    then,
    conv: (x: Node, filters: number, kernelSize: number, options: object = {}) =>
      then(
        tf.layers.conv2d({
          filters,
          kernelSize,
          padding: 'same',
          useBias: false,
          kernelInitializer: initializer(),
          ...options,
        }),
        x,
      ),
    norm: (x: Node) => then(tf.layers.batchNormalization({ momentum: 0.9 }), x),
    model(input: Node, x: Node, classes: number) {
      const pooled = then(tf.layers.globalAveragePooling2d({}), x);
      const dense = tf.layers.dense({
        units: classes,
        activation: 'softmax',
        kernelInitializer: initializer(),
      });
      return tf.model({ inputs: input, outputs: then(dense, pooled) });
    },
  };
}
