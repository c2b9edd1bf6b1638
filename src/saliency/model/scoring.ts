import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Tf } from '../../backend/types.js';
import { SatwatchError } from '../../errors.js';
import { shown } from '../optionChecks.js';
import type { Head } from './head.js';

/**
 * What is explained: 'logit' is the value before a final softmax or sigmoid; 'margin' the target's logit − the largest
 * other one, the other class held fixed; 'probability' the output after it.
 */
export type Score = 'logit' | 'margin' | 'probability';
export const scores: readonly Score[] = ['logit', 'margin', 'probability'];

/** What a model says of n images, both [n · classes]. */
export interface Answers {
  logits: Float32Array;
  probabilities: Float32Array;
}

/** The score of one batch of images. */
export type Scored = ReturnType<typeof scoring>;

/**
 * The score of a batch, Σ weights · logits: the weights come from the logits of the batch itself, wherever else the score
 * is asked for. A gradient at the batch needs one forward pass for both.
 */
export function scoring(
  tf: Tf,
  head: Head,
  batch: Tensor4D,
  target: number[] | 'predicted',
  score: Score,
  /** Place of the batch's first image among all, for errors. */
  first = 0,
) {
  let known: { logits: Float32Array; weights: Float32Array } | undefined;
  let flaw: unknown;
  const read = (logits: Tensor2D) => {
    const values = logits.dataSync() as Float32Array;
    try {
      return { logits: values, weights: scoreWeights(values, logits.shape, target, score, first) };
    } catch (error) {
      // Told at the end: tfjs keeps what it saved for a backward pass that is never made.
      flaw = error;
      return { logits: values, weights: new Float32Array(values.length) };
    }
  };
  const own = () => {
    known ??= tf.tidy(() => read(head.logits(batch)));
    return known;
  };
  return {
    scores: (x: Tensor4D, of?: readonly number[]) =>
      tf.tidy(() => {
        const logits = head.logits(x);
        if (x === batch) known ??= read(logits);
        const values = score === 'probability' ? head.probabilities(logits) : logits;
        const { weights } = own();
        const rows = of ? rowsOf(weights, of, logits.shape[1]) : weights;
        // A product rather than `gather`, whose gradient is a kernel that WASM lacks.
        return values.mul(tf.tensor2d(rows, logits.shape)).sum(1) as Tensor1D;
      }),
    top: (output: Tensor, x: Tensor4D = batch) =>
      tf.tidy(() => {
        const logits = head.logitsOf(output);
        if (x === batch) known ??= read(logits);
        const weights = tf.tensor2d(own().weights, logits.shape);
        const each =
          score === 'probability'
            ? tf.grad((l: Tensor) =>
                head
                  .probabilities(l as Tensor2D)
                  .mul(weights)
                  .sum(),
              )(logits)
            : weights;
        if (output.size === each.size) return each;
        const [no, yes] = tf.split(each, 2, 1);
        return yes.sub(no);
      }),
    /**
     * What the model says of the batch, both [n · classes].
     * @throws SatwatchError BAD_OPTION where a target is no class of the model
     */
    answers: (): Answers => {
      const { logits } = own();
      if (flaw) throw flaw;
      const shape: [number, number] = [batch.shape[0], logits.length / batch.shape[0]];
      const probabilities = tf.tidy(() => head.probabilities(tf.tensor2d(logits, shape)).dataSync());
      return { logits, probabilities: probabilities as Float32Array };
    },
  };
}

function rowsOf(values: Float32Array, rows: readonly number[], length: number): Float32Array {
  const result = new Float32Array(rows.length * length);
  rows.forEach((row, i) => {
    result.set(values.subarray(row * length, (row + 1) * length), i * length);
  });
  return result;
}

/** Weights of the logits [n, classes]: +1 at the target, for 'margin' −1 at the largest other one. */
function scoreWeights(
  values: Float32Array,
  [n, classes]: number[],
  target: number[] | 'predicted',
  score: Score,
  first: number,
): Float32Array {
  const weights = new Float32Array(n * classes);
  for (let i = 0; i < n; i++) {
    const row = values.subarray(i * classes, (i + 1) * classes);
    const wanted = target === 'predicted' ? largest(row, -1) : target[i];
    if (!Number.isInteger(wanted) || wanted < 0 || wanted >= classes)
      throw new SatwatchError(
        'BAD_OPTION',
        `target: got class ${shown(wanted)} for image ${first + i}, but the model has ${classes} classes (0 to ${classes - 1})`,
        'target',
      );
    weights[i * classes + wanted] = 1;
    if (score === 'margin' && classes > 1) weights[i * classes + largest(row, wanted)] = -1;
  }
  return weights;
}

/** The index of the largest value, `except` left out. */
export function largest(values: ArrayLike<number>, except: number): number {
  let best = -1;
  for (let i = 0; i < values.length; i++)
    if (i !== except && (best < 0 || values[i] > values[best])) best = i;
  return best;
}
