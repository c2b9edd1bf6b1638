import type { Activation } from './network.js';

type Curve = [value: (x: number) => number, slope: (x: number) => number];

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const seluScale = 1.0507009873554805;
const seluAlpha = 1.6732632423543772;

/** The error function by its series, for the small arguments met here, and 1 beyond. */
function erf(x: number): number {
  if (Math.abs(x) > 5) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let k = 1; k < 200; k++) {
    term *= (-x * x) / k;
    sum += term / (2 * k + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
/** What `gelu_new` takes the tanh of (Hendrycks and Gimpel 2016). */
const bent = (x: number) => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
const normal = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** The activations of tfjs by the names it gives them. */
const curves: Record<string, Curve> = {
  elu: [(x) => (x >= 0 ? x : Math.expm1(x)), (x) => (x >= 0 ? 1 : Math.exp(x))],
  selu: [
    (x) => seluScale * (x >= 0 ? x : seluAlpha * Math.expm1(x)),
    (x) => seluScale * (x > 0 ? 1 : seluAlpha * Math.exp(x)),
  ],
  softplus: [softplus, sigmoid],
  sigmoid: [sigmoid, (x) => sigmoid(x) * (1 - sigmoid(x))],
  tanh: [Math.tanh, (x) => 1 - Math.tanh(x) ** 2],
  softsign: [(x) => x / (1 + Math.abs(x)), (x) => 1 / (1 + Math.abs(x)) ** 2],
  hardSigmoid: [(x) => Math.min(1, Math.max(0, 0.2 * x + 0.5)), (x) => (x >= -2.5 && x <= 2.5 ? 0.2 : 0)],
  swish: [(x) => x * sigmoid(x), (x) => sigmoid(x) + x * sigmoid(x) * (1 - sigmoid(x))],
  mish: [
    (x) => x * Math.tanh(softplus(x)),
    (x) => Math.tanh(softplus(x)) + x * (1 - Math.tanh(softplus(x)) ** 2) * sigmoid(x),
  ],
  gelu_new: [
    (x) => (x / 2) * (1 + Math.tanh(bent(x))),
    (x) => {
      const t = Math.tanh(bent(x));
      return (1 + t) / 2 + (x / 2) * (1 - t * t) * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
    },
  ],
  gelu: [(x) => (x / 2) * (1 + erf(x / Math.SQRT2)), (x) => (1 + erf(x / Math.SQRT2)) / 2 + x * normal(x)],
};

export function activation(name: string): Activation {
  if (name === 'relu') return relu();
  if (name === 'relu6') return relu(6);
  if (!curves[name]) throw new Error(`no literal activation '${name}'`);
  const [value, slope] = curves[name];
  return { kind: 'activation', name, value, slope };
}

export function relu(ceiling = Number.POSITIVE_INFINITY): Activation {
  return {
    kind: 'activation',
    name: 'relu',
    ceiling,
    value: (x) => Math.min(Math.max(x, 0), ceiling),
    slope: (x) => (x > 0 && x <= ceiling ? 1 : 0),
  };
}

export function leaky(slopes: (place: number) => number): Activation {
  return {
    kind: 'activation',
    name: 'leaky',
    value: (x, place) => (x > 0 ? x : slopes(place) * x),
    slope: (x, place) => (x > 0 ? 1 : slopes(place)),
  };
}

export function thresholded(theta: number): Activation {
  return {
    kind: 'activation',
    name: 'thresholded',
    value: (x) => (x > theta ? x : 0),
    slope: (x) => (x > theta ? 1 : 0),
  };
}
