import type * as tfjs from '@tensorflow/tfjs';
import { randomise } from './randomNets.js';

type Tf = typeof tfjs;
type Node = tfjs.SymbolicTensor;

/** Small nets in the shape of known ones, [size,size,3] → 5 logits. */
export const architectures: Record<string, (tf: Tf, size: number) => tfjs.LayersModel> = {
  'MobileNetV1-like': build((net, x) => {
    let y = net.relu6(net.norm(net.conv(net.pad(x), 4, 3, 2, 'valid')));
    for (const [filters, strides] of [
      [6, 1],
      [8, 2],
      [8, 1],
      [12, 2],
    ]) {
      y = net.relu6(net.norm(net.depthwise(strides === 2 ? net.pad(y) : y, strides)));
      y = net.relu6(net.norm(net.conv(y, filters, 1)));
    }
    return net.convolutionalHead(y);
  }),

  'MobileNetV2-like': build((net, x) => {
    let y = net.relu6(net.norm(net.conv(x, 4, 3, 2)));
    for (const [filters, strides] of [
      [4, 1],
      [6, 2],
      [6, 1],
      [8, 2],
    ]) {
      const from = y;
      y = net.relu6(net.norm(net.conv(y, (from.shape[3] as number) * 2, 1)));
      y = net.relu6(net.norm(net.depthwise(y, strides, 'same')));
      y = net.norm(net.conv(y, filters, 1));
      if (strides === 1 && from.shape[3] === filters) y = net.add(from, y);
    }
    return net.head(net.relu6(net.norm(net.conv(y, 12, 1))));
  }),

  'ResNet-18-like': build((net, x) => {
    let y = net.relu(net.norm(net.conv(x, 4, 7, 2)));
    y = net.then(net.l.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }), y);
    for (const [filters, strides] of [
      [4, 1],
      [4, 1],
      [6, 2],
      [6, 1],
      [8, 2],
      [8, 1],
      [10, 2],
      [10, 1],
    ]) {
      const from = y;
      y = net.relu(net.norm(net.conv(y, filters, 3, strides)));
      y = net.norm(net.conv(y, filters, 3));
      const same = strides === 1 && from.shape[3] === filters;
      y = net.relu(net.add(same ? from : net.norm(net.conv(from, filters, 1, strides)), y));
    }
    return net.head(y);
  }),

  'VGG-like': build((net, x) => {
    let y = x;
    for (const filters of [4, 6, 8]) {
      y = net.relu(net.conv(y, filters, 3, 1, 'same', true));
      y = net.relu(net.conv(y, filters, 3, 1, 'same', true));
      y = net.then(net.l.maxPooling2d({ poolSize: 2 }), y);
    }
    y = net.then(net.l.flatten(), y);
    y = net.then(net.l.dense({ units: 10, activation: 'relu' }), y);
    y = net.then(net.l.dropout({ rate: 0.5 }), y);
    return net.then(net.l.dense({ units: 5 }), y);
  }),

  'Inception-like': build((net, x) => {
    const unit = (y: Node, filters: number, size: number) => net.relu(net.norm(net.conv(y, filters, size)));
    let y = unit(x, 4, 3);
    for (const filters of [2, 3]) {
      y = net.then(net.l.maxPooling2d({ poolSize: 2 }), y);
      const pooled = net.then(net.l.averagePooling2d({ poolSize: 3, strides: 1, padding: 'same' }), y);
      y = net.l
        .concatenate()
        .apply([
          unit(y, filters, 1),
          unit(unit(y, 2, 1), filters, 3),
          unit(unit(y, 2, 1), filters, 5),
          unit(pooled, filters, 1),
        ]) as Node;
    }
    return net.head(y);
  }),

  'EfficientNet-like': build((net, x) => {
    const swish = (y: Node) => net.then(net.l.activation({ activation: 'swish' }), y);
    let y = swish(net.norm(net.conv(net.then(net.l.rescaling({ scale: 2, offset: -1 }), x), 4, 3, 2)));
    for (const filters of [4, 6]) {
      const from = y;
      y = swish(net.norm(net.conv(y, 8, 1)));
      y = swish(net.norm(net.depthwise(y, 1, 'same')));
      let gate = net.then(
        net.l.reshape({ targetShape: [1, 1, 8] }),
        net.then(net.l.globalAveragePooling2d({}), y),
      );
      gate = net.then(net.l.conv2d({ filters: 3, kernelSize: 1, activation: 'swish' }), gate);
      gate = net.then(net.l.conv2d({ filters: 8, kernelSize: 1, activation: 'sigmoid' }), gate);
      y = net.norm(net.conv(net.l.multiply().apply([y, gate]) as Node, filters, 1));
      if (filters === from.shape[3]) y = net.add(from, y);
    }
    return net.head(y);
  }),
};

type Net = ReturnType<typeof parts>;

function build(body: (net: Net, x: Node) => Node) {
  return (tf: Tf, size: number) => {
    const input = tf.input({ shape: [size, size, 3] });
    const model = tf.model({ inputs: input, outputs: body(parts(tf), input) });
    randomise(tf, model, 3);
    return model;
  };
}

function parts(tf: Tf) {
  const l = tf.layers;
  const then = (layer: tfjs.layers.Layer, x: Node) => layer.apply(x) as Node;
  return {
    l,
    then,
    conv: (
      x: Node,
      filters: number,
      kernelSize: number,
      strides = 1,
      padding: 'same' | 'valid' = 'same',
      useBias = false,
    ) => then(l.conv2d({ filters, kernelSize, strides, padding, useBias }), x),
    depthwise: (x: Node, strides: number, padding: 'same' | 'valid' = strides === 1 ? 'same' : 'valid') =>
      then(l.depthwiseConv2d({ kernelSize: 3, strides, padding, useBias: false }), x),
    norm: (x: Node) => then(l.batchNormalization({}), x),
    relu: (x: Node) => then(l.reLU(), x),
    relu6: (x: Node) => then(l.reLU({ maxValue: 6 }), x),
    pad: (x: Node) =>
      then(
        l.zeroPadding2d({
          padding: [
            [0, 1],
            [0, 1],
          ],
        }),
        x,
      ),
    add: (a: Node, b: Node) => l.add().apply([a, b]) as Node,
    head: (x: Node) => then(l.dense({ units: 5 }), then(l.globalAveragePooling2d({}), x)),
    /** As MobileNet ends: a 1×1 convolution, moved into a list of classes. */
    convolutionalHead: (x: Node) => {
      const c = x.shape[3] as number;
      const pooled = then(l.reshape({ targetShape: [1, 1, c] }), then(l.globalAveragePooling2d({}), x));
      const classes = then(l.conv2d({ filters: 5, kernelSize: 1 }), then(l.dropout({ rate: 0.1 }), pooled));
      return then(l.reshape({ targetShape: [5] }), classes);
    },
  };
}
