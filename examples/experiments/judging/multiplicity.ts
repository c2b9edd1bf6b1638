import type { Paste } from '../../../src/alerts/reliance/measure.js';
import { seededRandom } from '../../../src/random.js';
import { studentTwoSided } from '../../../src/stats/distributions.js';
import { holm } from '../../../src/stats/index.js';
import type { RunResult } from '../runs/run.js';
import type { Point } from './detectors.js';
import { type Replayed, replay } from './replay.js';

/** What Holm's and the maximum statistic may spend on a run. */
const errorRate = 0.01;

/**
 * One-sided t-tests of "no effect" of all pairs, Holm (1979) over the pairs of an epoch, α/(t(t + 1)) spent at the t-th
 * epoch: at most α over all epochs, whatever their dependence. The score is −log₁₀ of the error rate that would just do.
 */
export function holmSpending(result: RunResult): Point[] {
  return replay(result)
    .slice(1)
    .flatMap((pairs, t) => {
      const spent = (t + 1) * (t + 2);
      const adjusted = holm(pairs.map(({ effect }) => chance(effect)));
      return pairs.map(({ effect: { segment, className, epoch } }, k) => ({
        ...{ segment, className, epoch },
        score: -Math.log10(Math.max(1e-300, adjusted[k] * spent)),
        alerted: adjusted[k] * spent <= errorRate,
      }));
    });
}

/** P(T ≥ z), T of Student's distribution with as many degrees of freedom as there are clusters less one. */
function chance({ z, receivers, givers }: Replayed['effect']): number {
  if (!Number.isFinite(z)) return z > 0 ? 0 : 1;
  const tails = studentTwoSided(z, Math.max(1, Math.min(receivers, givers) - 1));
  return z > 0 ? tails / 2 : 1 - tails / 2;
}

const flips = 999;

/**
 * The signs of all differences of one image are flipped together, at random: the largest statistic over all pairs is then
 * what luck gives at this epoch, whatever the dependence between pairs (Westfall & Young 1993; Nichols & Holmes 2002).
 * Score: by how much a pair's own statistic, the sum of its images' differences over the root of their sum of squares and
 * the smaller over the controls, exceeds the largest of 999 such: 1/1000 an epoch.
 */
export function signFlips(result: RunResult): Point[] {
  return replay(result)
    .slice(1)
    .flatMap((pairs, t) => {
      const columns = pairs.flatMap((pair, k) => byControl(result, pair).map((column) => ({ k, ...column })));
      const statistic = (signs: Int8Array) => {
        const smallest = new Float64Array(pairs.length).fill(Number.POSITIVE_INFINITY);
        for (const { k, images, values, length } of columns) {
          let sum = 0;
          for (let i = 0; i < images.length; i++) sum += signs[images[i]] * values[i];
          smallest[k] = Math.min(smallest[k], length > 0 ? sum / length : 0);
        }
        return smallest;
      };
      const random = seededRandom(result.config.seed * 1000 + t);
      const signs = new Int8Array(result.recorded.labels.length);
      let largest = Number.NEGATIVE_INFINITY;
      for (let b = 0; b < flips; b++) {
        for (let i = 0; i < signs.length; i++) signs[i] = random() < 0.5 ? -1 : 1;
        largest = Math.max(largest, ...statistic(signs));
      }
      const own = statistic(signs.fill(1));
      return pairs.map(({ effect: { segment, className, epoch } }, k) => ({
        ...{ segment, className, epoch },
        score: own[k] - largest,
        alerted: own[k] > largest,
      }));
    });
}

/** Of each control: every image's mean rise of the class's probability over its pastes, and the root of their sum of squares. */
function byControl(result: RunResult, { effect, pastes }: Replayed) {
  const label = result.classNames.indexOf(effect.className);
  return (pastes[0]?.controls ?? []).map((_, k) => {
    const own = new Map<number, number[]>();
    for (const paste of pastes) {
      const rises = own.get(paste.receiver);
      if (rises) rises.push(rise(paste, k, label));
      else own.set(paste.receiver, [rise(paste, k, label)]);
    }
    const values = Float64Array.from(own.values(), (rises) => rises.reduce((a, b) => a + b) / rises.length);
    const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    return { images: Int32Array.from(own.keys()), values, length };
  });
}

const rise = ({ pasted, controls }: Paste, k: number, label: number) =>
  pasted.probabilities[label] - controls[k].probabilities[label];
