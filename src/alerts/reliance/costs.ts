import type { Cost, ProbeSet } from '../../types.js';
import type { Answer, AnswerFor, Fills, Pair, Paste } from './measure.js';

type Measured = Omit<Cost, 'epoch' | 'step'>;

/** What the model says of a probe image as it is. */
export interface AsIs {
  predicted: number | null;
  margin: number | null;
  answer: Answer | null;
}

/** A segment as it is and filled: over all images that were filled, and over those of each class. */
export function fillCosts(probe: ProbeSet, segment: string, fills: Fills): Measured[] {
  return [null, ...probe.classNames].flatMap((className, c) =>
    (['present', 'ring', 'blur'] as const).flatMap((variant) => {
      const answers = fills[variant].filter(({ image }) => c === 0 || probe.images[image].label === c - 1);
      if (answers.length === 0) return [];
      return { segment, className, variant, ...summary(answers.map((answer) => judged(probe, answer))) };
    }),
  );
}

/** Other classes' images with the segment of `className` pasted on, and as they are. */
export function pasteCosts(
  probe: ProbeSet,
  { segment, className }: Pair,
  pastes: readonly Paste[],
  asIs: readonly AsIs[],
): Measured[] {
  if (pastes.length === 0) return [];
  const receivers = [...new Set(pastes.map(({ receiver }) => receiver))];
  const before = receivers.map((image) => ({
    right: asIs[image].predicted === null ? null : asIs[image].predicted === probe.images[image].label,
    margin: asIs[image].margin,
  }));
  const after = pastes.map(({ receiver, pasted }) => judged(probe, { image: receiver, ...pasted }));
  return [
    { segment, className, variant: 'unpasted', ...summary(before) },
    { segment, className, variant: 'pasted', ...summary(after), images: receivers.length },
  ];
}

interface Judged {
  right: boolean | null;
  margin: number | null;
}

function judged({ images }: ProbeSet, { image, logits }: AnswerFor): Judged {
  if (!logits.every(Number.isFinite)) return { right: null, margin: null };
  const { label } = images[image];
  const margin = marginOf(logits, label);
  return { right: margin > 0, margin };
}

/** The label's logit − the largest other logit; its own where there is no other. */
export function marginOf(logits: Float32Array, label: number): number {
  let other = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < logits.length; c++) if (c !== label && logits[c] > other) other = logits[c];
  return logits[label] - (other === Number.NEGATIVE_INFINITY ? 0 : other);
}

function summary(list: Judged[]): Pick<Cost, 'images' | 'accuracy' | 'margin'> {
  const finite = list.filter(({ right }) => right !== null);
  const mean = (values: number[]) =>
    values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
  return {
    images: list.length,
    accuracy: mean(finite.map(({ right }) => Number(right))),
    margin: mean(finite.map(({ margin }) => margin!)),
  };
}
