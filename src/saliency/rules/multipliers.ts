import type { Tensor } from '@tensorflow/tfjs';
import type { Tf } from '../../backend/types.js';
import { type Norm, type Op, type Softmax, type Step, unbroadcast } from '../network/index.js';
import { layerRule } from './layerRules.js';

/** A value for the images [n,…] and for the baseline [1,…]. */
interface Pair {
  value: Tensor;
  reference: Tensor;
}

/** Below this a difference is rounding, and the slope is the gradient. */
const least = 1e-6;

/** Multipliers of a step's inputs from that of its output; null where nothing is known of the layer. */
export function multipliersThrough(
  tf: Tf,
  { op, layer }: Step,
  m: Tensor,
  inputs: Pair[],
  output: Pair,
): Tensor[] | null {
  const values = inputs.map(({ value }) => value);
  const straight = () => op.gradient(m, values, output.value);
  switch (op.kind) {
    case 'linear':
    case 'move':
    case 'mix':
      return straight();
    case 'activation':
      return [rescaled(tf, op, m, inputs[0], output)];
    case 'max':
      return throughMax(tf, op, m, inputs, output);
    case 'product':
      return throughProduct(m, inputs);
    case 'softmax':
      return [throughSoftmax(tf, op, m, inputs[0])];
    case 'norm':
      return [throughNorm(tf, op, m, inputs[0])];
    case 'unknown': {
      const rule = layerRule(layer.getClassName());
      if (rule === 'pass') return [rescaled(tf, op, m, inputs[0], output)];
      return rule === 'move' || rule === 'proportional' ? straight() : null;
    }
  }
}

/** m Δy/Δx, place by place. */
function rescaled(tf: Tf, op: Op, m: Tensor, x: Pair, y: Pair): Tensor {
  const slope = ratio(
    tf,
    difference(y),
    difference(x),
    () => op.gradient(tf.onesLike(y.value), [x.value], y.value)[0],
  );
  return m.mul(slope);
}

/** a / b, and `otherwise` where b is rounding. */
function ratio(tf: Tf, a: Tensor, b: Tensor, otherwise: () => Tensor): Tensor {
  const isLarge = b.abs().greater(least);
  return tf.where(isLarge, a.div(tf.where(isLarge, b, tf.onesLike(b))), otherwise());
}

/**
 * The larger of y and its reference parts the step: m (max − y₀) goes to the winner among the inputs, m (y − max) to the
 * winner among the references, each over the difference at its place (Captum's cross-maximum rule).
 */
function throughMax(tf: Tf, op: Op, m: Tensor, inputs: Pair[], y: Pair): Tensor[] {
  const like = (pair: Pair): Tensor => pair.reference.broadcastTo(pair.value.shape);
  const values = inputs.map(({ value }) => value);
  const references = inputs.map(like);
  const larger = tf.maximum(y.value, y.reference);
  const up = op.gradient(m.mul(larger.sub(y.reference)), values, y.value);
  const down = op.gradient(m.mul(y.value.sub(larger)), references, like(y));
  // Where nothing changes, what wins on both sides has the slope 1.
  const own = op.gradient(m, values, y.value);
  const won = op.gradient(tf.onesLike(m), references, like(y));
  return inputs.map((input, i) => {
    // Numerator and denominator are the same subtraction: no difference is too small to divide by.
    const change = difference(input);
    const changes = change.notEqual(0);
    const slope = up[i].add(down[i]).div(tf.where(changes, change, tf.onesLike(change)));
    return tf.where(changes, slope, own[i].mul(won[i].greater(0).toFloat()));
  });
}

/** Δ(ab) = Δa (b + b₀)/2 + Δb (a + a₀)/2; more than two from the left. */
function throughProduct(m: Tensor, inputs: Pair[]): Tensor[] {
  const [last, ...before] = inputs.toReversed();
  if (before.length === 0) return [m];
  const rest = before.reduce((a, b) => ({
    value: a.value.mul(b.value),
    reference: a.reference.mul(b.reference),
  }));
  return [
    ...throughProduct(unbroadcast(m.mul(middle(last)), rest.value.shape), before.toReversed()),
    unbroadcast(m.mul(middle(rest)), last.value.shape),
  ];
}

/** y = e q with e = exp(x − max), q = 1 / Σ e; of its logarithm y = x − max − log Σ e. */
function throughSoftmax(tf: Tf, { axis, log }: Softmax, m: Tensor, x: Pair): Tensor {
  const at = axis < 0 ? axis + x.value.rank : axis;
  // The same constant on both sides leaves the softmax as it is.
  const top = tf.maximum(x.value.max(at, true), x.reference.max(at, true));
  const e = { value: x.value.sub(top).exp(), reference: x.reference.sub(top).exp() };
  const sum = { value: e.value.sum(at, true), reference: e.reference.sum(at, true) };
  const slope = ratio(tf, difference(e), difference(x), () => e.value);
  if (log) {
    const logs = { value: sum.value.log(), reference: sum.reference.log() };
    const toSum = m
      .sum(at, true)
      .mul(ratio(tf, difference(logs), difference(sum), () => sum.value.reciprocal()));
    return m.sub(toSum.mul(slope));
  }
  const q = { value: tf.reciprocal(sum.value), reference: tf.reciprocal(sum.reference) };
  // Δ(1/s) = −Δs / (s s₀)
  const toQ = m.mul(middle(e)).sum(at, true);
  const toE = m.mul(middle(q)).sub(toQ.mul(q.value).mul(q.reference));
  return toE.mul(slope);
}

/** y = γ u r with u = x − mean, r = 1/√(v + ε), v = mean of u². */
function throughNorm(tf: Tf, { axes, epsilon, gamma }: Norm, m: Tensor, x: Pair): Tensor {
  const both = (pair: Pair, f: (v: Tensor) => Tensor): Pair => ({
    value: f(pair.value),
    reference: f(pair.reference),
  });
  const u = both(x, (v) => v.sub(v.mean(axes, true)));
  const v = both(u, (each) => each.square().mean(axes, true));
  const r = both(v, (each) => each.add(epsilon).rsqrt());
  const scaled = gamma ? m.mul(gamma) : m;
  const toR = scaled.mul(middle(u)).sum(axes, true);
  const slope = ratio(tf, difference(r), difference(v), () => r.value.pow(3).mul(-0.5));
  const count = axes.reduce((product, axis) => product * x.value.shape[axis], 1);
  // Δu² = Δu (u + u₀)
  const toU = scaled.mul(middle(r)).add(
    toR
      .mul(slope)
      .mul(middle(u))
      .mul(2 / count),
  );
  return toU.sub(toU.mean(axes, true));
}

function difference({ value, reference }: Pair): Tensor {
  return value.sub(reference);
}

function middle({ value, reference }: Pair): Tensor {
  return value.add(reference).div(2);
}
