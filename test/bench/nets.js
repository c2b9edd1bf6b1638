// The networks of the benchmarks, for pictures of side² · 3 and two classes. The softmax is a layer of its own, so that a
// plain program, too, gets at the logits: { model, logits } share their weights.

/** conv16, pool, conv32, pool, conv64, global average, dense. */
export function netA(tf, { side = 64 } = {}) {
  const input = tf.input({ shape: [side, side, 3] });
  const conv = (filters, seed) =>
    tf.layers.conv2d({
      ...{ filters, kernelSize: 3, padding: 'same', activation: 'relu' },
      kernelInitializer: tf.initializers.heNormal({ seed }),
    });
  const pool = () => tf.layers.maxPooling2d({ poolSize: 2 });
  let x = input;
  for (const layer of [conv(16, 1), pool(), conv(32, 2), pool(), conv(64, 3)]) x = layer.apply(x);
  return finish(tf, input, x);
}

/** MobileNetV1 (Howard et al. 2017) with a quarter of its channels: a stem, 13 separable convolutions, ReLU6. */
export function netB(tf, { side = 128 } = {}) {
  let seed = 1;
  const input = tf.input({ shape: [side, side, 3] });
  const initializer = () => tf.initializers.heNormal({ seed: seed++ });
  const normal = (x) =>
    tf.layers.reLU({ maxValue: 6 }).apply(tf.layers.batchNormalization({ momentum: 0.9 }).apply(x));
  const options = (strides) => ({ strides, padding: 'same', useBias: false });
  const conv = (x, filters, kernelSize, strides) =>
    normal(
      tf.layers
        .conv2d({ filters, kernelSize, ...options(strides), kernelInitializer: initializer() })
        .apply(x),
    );
  const depthwise = (x, strides) =>
    normal(
      tf.layers
        .depthwiseConv2d({ kernelSize: 3, ...options(strides), depthwiseInitializer: initializer() })
        .apply(x),
    );
  const separable = [
    [16, 1],
    [32, 2],
    [32, 1],
    [64, 2],
    [64, 1],
    [128, 2],
  ];
  for (let i = 0; i < 5; i++) separable.push([128, 1]);
  separable.push([256, 2], [256, 1]);
  let x = conv(input, 8, 3, 2);
  for (const [filters, strides] of separable) x = conv(depthwise(x, strides), filters, 1, 1);
  return finish(tf, input, x);
}

/** A stem of 16 filters, then basic residual blocks of 16, 32 and 64 (He et al. 2016), each with batch norm. */
export function netC(tf, { side = 64 } = {}) {
  let seed = 1;
  const input = tf.input({ shape: [side, side, 3] });
  const relu = (x) => tf.layers.reLU().apply(x);
  const conv = (x, filters, kernelSize, strides) => {
    const convolution = tf.layers.conv2d({
      ...{ filters, kernelSize, strides, padding: 'same', useBias: false },
      kernelInitializer: tf.initializers.heNormal({ seed: seed++ }),
    });
    return tf.layers.batchNormalization({ momentum: 0.9 }).apply(convolution.apply(x));
  };
  let x = relu(conv(input, 16, 3, 1));
  for (const filters of [16, 32, 64]) {
    const strides = filters === 16 ? 1 : 2;
    const inner = conv(relu(conv(x, filters, 3, strides)), filters, 3, 1);
    const shortcut = strides === 1 ? x : conv(x, filters, 1, strides);
    x = relu(tf.layers.add().apply([inner, shortcut]));
  }
  return finish(tf, input, x);
}

function finish(tf, input, x) {
  const pooled = tf.layers.globalAveragePooling2d({}).apply(x);
  const dense = tf.layers.dense({ units: 2, kernelInitializer: tf.initializers.glorotUniform({ seed: 99 }) });
  const scores = dense.apply(pooled);
  const probabilities = tf.layers.activation({ activation: 'softmax' }).apply(scores);
  return {
    model: tf.model({ inputs: input, outputs: probabilities }),
    logits: tf.model({ inputs: input, outputs: scores }),
  };
}
