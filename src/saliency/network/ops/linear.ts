import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Tf } from '../../../backend/types.js';
import type { Linear } from '../types.js';

type Pad = 'same' | 'valid';
type Maps = Pick<Linear, 'form' | 'pad' | 'times' | 'back'> & {
  forward?: (x: Tensor, w: Tensor, b: Tensor) => Tensor;
};

/** A convolution of [n,h,w,c] by weights [kh,kw,c,k]. */
export function conv(
  tf: Tf,
  strides: [number, number],
  pad: Pad,
  weights: Tensor,
  bias: Tensor | null,
): Linear {
  const attributes = { strides, pad, dataFormat: 'NHWC' };
  return linear(weights, bias, {
    form: 'conv',
    pad,
    times: (x, w) => tf.conv2d(x as Tensor4D, w as Tensor4D, strides, pad),
    back: (dy, filter, inputShape) =>
      kernel(tf, 'Conv2DBackpropInput', { dy, filter }, { ...attributes, inputShape }),
    forward: (x, filter, b) =>
      tf.fused.conv2d({ x: x as Tensor4D, filter: filter as Tensor4D, strides, pad, bias: b }),
  });
}

/** A convolution of each channel by itself, weights [kh,kw,c,m]. */
export function depthwise(
  tf: Tf,
  strides: [number, number],
  pad: Pad,
  weights: Tensor,
  bias: Tensor | null,
): Linear {
  const attributes = { strides, pad, dilations: [1, 1] };
  return linear(weights, bias, {
    form: 'depthwise',
    pad,
    times: (x, w) => tf.depthwiseConv2d(x as Tensor4D, w as Tensor4D, strides, pad),
    back: (dy, filter, inputShape) =>
      kernel(tf, 'DepthwiseConv2dNativeBackpropInput', { dy, filter }, { ...attributes, inputShape }),
  });
}

/** A matrix product over the last axis, weights [c,k]. */
export function dense(tf: Tf, weights: Tensor, bias: Tensor | null): Linear {
  const product = (x: Tensor, w: Tensor, transposed: boolean) => {
    const rows = x.reshape([-1, x.shape[x.rank - 1] as number]) as Tensor2D;
    const y = tf.matMul(rows, w as Tensor2D, false, transposed);
    return y.reshape([...x.shape.slice(0, -1), y.shape[1] as number] as number[]);
  };
  return linear(weights, bias, {
    form: 'dense',
    times: (x, w) => product(x, w, false),
    back: (dy, w) => product(dy, w, true),
  });
}

/** Each value times a factor; weights and bias broadcast to the input. */
export function scale(weights: Tensor, bias: Tensor | null): Linear {
  return linear(weights, bias, { form: 'scale', times: (x, w) => x.mul(w), back: (dy, w) => dy.mul(w) });
}

function linear(weights: Tensor, bias: Tensor | null, maps: Maps): Linear {
  const { form, pad, times, back, forward = (x, w, b) => times(x, w).add(b) } = maps;
  return {
    kind: 'linear',
    form,
    pad,
    weights,
    bias,
    times,
    back,
    with: (w, b) => linear(w, b, maps),
    apply: ([x]) => (bias ? forward(x, weights, bias) : times(x, weights)),
    gradient: (dy, [x]) => [back(dy, weights, x.shape)],
  };
}

/** The filter [kh,kw,c,k] with zeros between its rows and columns: a dilated convolution as a plain one. */
export function dilated(tf: Tf, weights: Tensor, [down, right]: [number, number]): Tensor {
  if (down === 1 && right === 1) return weights;
  const [kh, kw, c, k] = weights.shape as number[];
  const [h, w] = [(kh - 1) * down + 1, (kw - 1) * right + 1];
  const from = weights.dataSync();
  const to = new Float32Array(h * w * c * k);
  for (let y = 0; y < kh; y++)
    for (let x = 0; x < kw; x++) {
      const start = (y * kw + x) * c * k;
      to.set(from.subarray(start, start + c * k), (y * down * w + x * right) * c * k);
    }
  return tf.tensor4d(to, [h, w, c, k]);
}

function kernel(tf: Tf, name: string, inputs: Record<string, Tensor>, attributes: object): Tensor {
  return tf.engine().runKernel(name, inputs, attributes as any) as Tensor;
}
