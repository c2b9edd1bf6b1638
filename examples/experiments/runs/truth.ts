import type { LayersModel, Tensor2D } from '@tensorflow/tfjs';
import { Dice } from '../../../src/demo/dice.js';
import type { Tf } from '../../support/tf.js';
import type { Data } from './data.js';
import { bitmapOf, type Picture } from './picture.js';

/**
 * What a segment of class c really does to test pictures of the other classes, at one epoch.
 *
 * stamp: the shortcut's segment; `before` as they are, `after` with the shortcut stamped on, or one of its parts. For a
 *   region that the shortcut replaces the other way round: its return is what gives the other classes away.
 * paste: any other segment that is no core part. `after`: the segment of a random test picture of c is pasted, where the
 *   receiver has that segment itself only on the intersection; `before`: the same from another picture of the
 *   receiver's own class, so that a loss from the pasting alone does not count.
 */
export interface Truth {
  epoch: number;
  segment: string;
  className: string;
  how: 'stamp' | 'paste';
  images: number;
  /** Shares of right answers. */
  before: number;
  after: number;
  /** Shares of answers that say c. */
  towardBefore: number;
  towardAfter: number;
}

/** Fewer test pictures of a class that show a segment, and no paste is tried: the reliance test asks the same. */
const leastGivers = 8;
/** Pastes are tried on so many receivers, and on `mostReceivers` where that moves a share of answers by `moved`. */
const screened = 100;
const mostReceivers = 300;
const moved = 0.02;
const atOnce = 100;

interface Plan {
  segment: string;
  label: number;
  how: Truth['how'];
  receivers: number[];
  before: Picture['pixels'][];
  after: Picture['pixels'][];
}

/** Makes the pictures once; the function returned asks a model about them. */
export function planTruth({ task, shortcut, test, stamped, parts }: Data, seed: number) {
  const marked = shortcut?.segment(task);
  const replaced = shortcut?.replaces?.(task);
  const labels = task.classNames.map((_, label) => label);
  const others = (label: number) => test.flatMap((picture, i) => (picture.label === label ? [] : [i]));
  const plans: Plan[] = [];
  const stampPlans = (segment: string, before: Picture[], after: Picture[]) => {
    for (const label of labels) {
      const receivers = others(label);
      const pixels = (list: Picture[]) => receivers.map((i) => list[i].pixels);
      plans.push({ segment, label, how: 'stamp', receivers, before: pixels(before), after: pixels(after) });
    }
  };
  if (marked) stampPlans(marked, test, stamped);
  if (replaced) stampPlans(replaced, stamped, test);
  for (const part of parts) stampPlans(part.name, test, part.stamped);
  for (const segment of Object.keys(task.roles)) {
    if (segment === marked || segment === replaced || task.roles[segment] === 'core') continue;
    const bitmaps = test.map((picture) => bitmapOf(picture, segment));
    const givers = labels.map((label) =>
      test.flatMap((p, i) => (p.label === label && bitmaps[i] ? [i] : [])),
    );
    if (givers.some((list) => list.length < leastGivers)) continue;
    const dice = new Dice(seed, 8);
    const paste = (i: number, from: number) =>
      pasted(test[i].pixels, bitmaps[i], test[from].pixels, bitmaps[from]!);
    // A receiver keeps its own class's paste for all classes that it is tried with.
    const own = new Map<number, Uint8Array>();
    const ownPaste = (i: number) => {
      const classmates = givers[test[i].label].filter((k) => k !== i);
      if (!own.has(i)) own.set(i, paste(i, dice.pick(classmates)));
      return own.get(i)!;
    };
    for (const label of labels) {
      const receivers = others(label).slice(0, mostReceivers);
      const after = receivers.map((i) => paste(i, dice.pick(givers[label])));
      plans.push({ segment, label, how: 'paste', receivers, before: receivers.map(ownPaste), after });
    }
  }

  return (epoch: number, classify: Classify): { testAccuracy: number; truth: Truth[] } => {
    const known = new Map<Uint8Array, number>();
    const answers = (pictures: readonly Uint8Array[]) => {
      const fresh = [...new Set(pictures.filter((picture) => !known.has(picture)))];
      classify(fresh).forEach((answer, k) => {
        known.set(fresh[k], answer);
      });
      return pictures.map((picture) => known.get(picture)!);
    };
    const judged = ({ segment, label, how, receivers, before, after }: Plan, most: number): Truth => {
      const some = receivers.slice(0, most);
      const [was, is] = [answers(before.slice(0, most)), answers(after.slice(0, most))];
      const share = (list: number[], right: (i: number) => number) =>
        list.filter((answer, k) => answer === right(some[k])).length / some.length;
      return {
        epoch,
        segment,
        className: task.classNames[label],
        how,
        images: some.length,
        before: share(was, (i) => test[i].label),
        after: share(is, (i) => test[i].label),
        towardBefore: share(was, () => label),
        towardAfter: share(is, () => label),
      };
    };
    const right = answers(test.map(({ pixels }) => pixels)).filter((answer, i) => answer === test[i].label);
    return {
      testAccuracy: right.length / test.length,
      truth: plans.map((plan) => {
        const first = judged(plan, plan.how === 'paste' ? screened : test.length);
        const small = first.before - first.after < moved && first.towardAfter - first.towardBefore < moved;
        return small ? first : judged(plan, test.length);
      }),
    };
  };
}

/** The labels that a model gives to pictures of bytes. */
type Classify = (pictures: readonly Uint8Array[]) => Int32Array;

function pasted(
  onto: Uint8Array,
  own: Uint8Array | undefined,
  from: Uint8Array,
  inside: Uint8Array,
): Uint8Array {
  const result = onto.slice();
  inside.forEach((value, p) => {
    if (value && (!own || own[p])) result.set(from.subarray(3 * p, 3 * p + 3), 3 * p);
  });
  return result;
}

/** Answers for pixel bytes, a batch at a time. */
export function classifier(tf: Tf, model: LayersModel, side: number): Classify {
  return (pictures) => {
    const answers = new Int32Array(pictures.length);
    for (let start = 0; start < pictures.length; start += atOnce) {
      const batch = pictures.slice(start, start + atOnce);
      const found = tf.tidy(() => {
        const xs = tf.tensor4d(scaled(batch), [batch.length, side, side, 3]);
        return (model.predict(xs, { batchSize: atOnce }) as Tensor2D).argMax(1);
      });
      answers.set(found.dataSync(), start);
      found.dispose();
    }
    return answers;
  };
}

/** Bytes as the nets take them, −1 … 1. */
export const inputRange: [number, number] = [-1, 1];

export function scaled(pictures: readonly Uint8Array[]): Float32Array {
  const size = pictures[0]?.length ?? 0;
  const values = new Float32Array(pictures.length * size);
  pictures.forEach((pixels, i) => {
    for (let k = 0; k < size; k++) values[i * size + k] = pixels[k] / 127.5 - 1;
  });
  return values;
}
