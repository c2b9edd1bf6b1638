import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Tf } from '../../../backend/types.js';
import type { Linear } from '../types.js';

/** Where a convolution's windows lie. */
export interface Windows {
  strides: [number, number];
  pad: 'same' | 'valid';
  /** Rows and columns from one weight to the next. */
  dilation?: [number, number];
}
type Activation = 'linear' | 'relu' | 'relu6';
/** What of a linear operation does not depend on its weights. */
interface Maps extends Pick<Linear, 'form' | 'pad' | 'taps' | 'times' | 'back'> {
  /** x · w + b and an activation by one kernel. */
  together?: (x: Tensor, w: Tensor, b: Tensor | undefined, activation: Activation) => Tensor;
}

/** A convolution of [n,h,w,c] by weights [kh,kw,c,k]. */
export function conv(tf: Tf, windows: Windows, weights: Tensor, bias: Tensor | null): Linear {
  const { strides, pad } = windows;
  const attributes = { strides, pad, dataFormat: 'NHWC' };
  return linear(spread(tf, weights, windows), bias, {
    form: 'conv',
    pad,
    taps: tapsOf(tf, weights, windows),
    times: (x, w) => tf.conv2d(x as Tensor4D, w as Tensor4D, strides, pad),
    back: (dy, filter, inputShape) =>
      kernel(tf, 'Conv2DBackpropInput', { dy, filter }, { ...attributes, inputShape }),
    together: (x, filter, b, activation) =>
      tf.fused.conv2d({ x: x as Tensor4D, filter: filter as Tensor4D, strides, pad, bias: b, activation }),
  });
}

/** A convolution of each channel by itself, weights [kh,kw,c,m]. */
export function depthwise(tf: Tf, windows: Windows, weights: Tensor, bias: Tensor | null): Linear {
  const { strides, pad } = windows;
  const attributes = { strides, pad, dilations: [1, 1] };
  return linear(spread(tf, weights, windows), bias, {
    form: 'depthwise',
    pad,
    taps: tapsOf(tf, weights, windows),
    times: (x, w) => tf.depthwiseConv2d(x as Tensor4D, w as Tensor4D, strides, pad),
    back: (dy, filter, inputShape) =>
      kernel(tf, 'DepthwiseConv2dNativeBackpropInput', { dy, filter }, { ...attributes, inputShape }),
    together: (x, filter, b, activation) =>
      tf.fused.depthwiseConv2d({
        x: x as Tensor4D,
        filter: filter as Tensor4D,
        strides,
        pad,
        bias: b,
        activation,
      }),
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
  const { form, pad, taps, times, back, together } = maps;
  return {
    kind: 'linear',
    form,
    pad,
    taps,
    weights,
    bias,
    times,
    back,
    with: (w, b) => linear(w, b, maps),
    apply: ([x]) =>
      together
        ? together(x, weights, bias ?? undefined, 'linear')
        : bias
          ? times(x, weights).add(bias)
          : times(x, weights),
    fused: together && ((x, activation) => together(x, weights, bias ?? undefined, activation)),
    gradient: (dy, [x]) => [back(dy, weights, x.shape)],
  };
}

/** The filter [kh,kw,c,k] with zeros between its rows and columns: a dilated convolution as a plain one. */
function spread(tf: Tf, weights: Tensor, { dilation }: Windows): Tensor {
  if (!dilation || (dilation[0] === 1 && dilation[1] === 1)) return weights;
  const [kh, kw, c, k] = weights.shape as number[];
  const [h, w] = [(kh - 1) * dilation[0] + 1, (kw - 1) * dilation[1] + 1];
  const from = weights.dataSync();
  const to = new Float32Array(h * w * c * k);
  for (let y = 0; y < kh; y++)
    for (let x = 0; x < kw; x++) {
      const start = (y * kw + x) * c * k;
      to.set(from.subarray(start, start + c * k), (y * dilation[0] * w + x * dilation[1]) * c * k);
    }
  return tf.tensor4d(to, [h, w, c, k]);
}

function tapsOf(tf: Tf, weights: Tensor, windows: Windows): Tensor | undefined {
  const [kh, kw] = weights.shape as number[];
  const taps = tf.ones([kh, kw, 1, 1]);
  const wide = spread(tf, taps, windows);
  return wide === taps ? undefined : wide;
}

function kernel(tf: Tf, name: string, inputs: Record<string, Tensor>, attributes: object): Tensor {
  return tf.engine().runKernel(name, inputs, attributes as any) as Tensor;
}
