import type { Score } from '../saliency/index.js';
import { mean } from './average.js';
import type { MethodReport } from './compareMethods.js';
import { fails } from './sanity.js';

/** A completeness gap that is worth a sentence. */
const largeGap = 0.05;

export interface Recommendation {
  /** null where none can be recommended. */
  method: string | null;
  /** Sentences. */
  reasons: string[];
}

/** What `recommend` reads of a method. */
export interface Candidate {
  report: MethodReport;
  /** `report.ablation.beyond`, by picture; null where a picture has no two ranks to compare. */
  beyond: (number | null)[];
}

/**
 * Of the methods that pass the sanity check (all, where it could not be made) those whose ranks agree best with the
 * ablation, beyond what sizes give: the best one, and all that are behind it by no more than the standard error of the
 * difference over the pictures (the one-standard-error rule of Breiman et al. 1984). The cheapest of them, in gradients, is
 * taken. Left out are methods that make the ablation themselves, or explain another score.
 */
export function recommend(candidates: readonly Candidate[], score: Score): Recommendation {
  const failed = candidates.filter(({ report }) => fails(report.sanity));
  const judged = candidates.filter(
    (one) => !failed.includes(one) && !one.report.readsMasks && one.report.score === score,
  );
  const best = highest(judged.filter(({ report }) => report.ablation));
  const others = [
    ...failing(failed),
    ...otherwise(candidates, score),
    ...ablating(candidates),
    ...unchecked(candidates),
  ];
  const none = (why: string) => ({ method: null, reasons: [`None can be recommended: ${why}.`, ...others] });
  if (judged.length === 0) return none('all of these methods are left out');
  if (!best)
    return none(
      'no picture has two segments whose filling moves the score differently (or no segment could be filled), so there is nothing to compare ranks with; where a model says the same of every picture, its weights are dead or its input is scaled wrongly',
    );
  const known = best.beyond.filter((value) => value !== null);
  if (!(mean(known)! > 2 * standardError(known)))
    return none(
      `on these pictures no method's ranks agree with what filling a segment does to the score by more than the sizes of the segments give (best ${best.report.method}, tau ${fixed(best.report.ablation!.tau)}, sizes alone ${fixed(best.report.ablation!.bySize)}); more pictures may tell`,
    );
  const tied = judged.filter((one) => one === best || isTied(best, one));
  const least = Math.min(...tied.map(({ report }) => report.gradients));
  const taken = highest(tied.filter(({ report }) => report.gradients === least))!;
  return { method: taken.report.method, reasons: [...why(taken, best, tied), ...others] };
}

function highest(candidates: readonly Candidate[]): Candidate | undefined {
  const beyond = ({ report }: Candidate) => report.ablation?.beyond ?? Number.NEGATIVE_INFINITY;
  return candidates.reduce<Candidate | undefined>((a, b) => (a && beyond(a) >= beyond(b) ? a : b), undefined);
}

/** Whether `other` agrees with the ablation as well as `best`, as far as these pictures can tell. */
function isTied(best: Candidate, other: Candidate): boolean {
  const differences = best.beyond.flatMap((value, i) => {
    const others = other.beyond[i];
    return value === null || others == null ? [] : value - others;
  });
  const average = mean(differences);
  if (average === null) return false;
  return average <= standardError(differences);
}

function standardError(values: readonly number[]): number {
  const average = mean(values)!;
  const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (values.length - 1);
  return Math.sqrt(variance / values.length);
}

function why({ report }: Candidate, best: Candidate, tied: readonly Candidate[]): string[] {
  const { method, ablation, sanity, gradients, completenessGap } = report;
  const { tau, bySize } = ablation!;
  const most = report === best.report ? 'best' : 'as well as any';
  const dearer = tied.filter((one) => one.report.gradients > gradients);
  const others = dearer.slice(0, 4).map((one) => `${one.report.method} (${fixed(one.report.ablation!.tau)})`);
  return [
    `Take ${method}: its ranks agree ${most} with what filling a segment does to the score (tau ${fixed(tau)}, sizes alone ${fixed(bySize)}), at a cost of ${cost(gradients)} a picture.`,
    ...(sanity?.all == null
      ? []
      : [
          `It passes the sanity check: with random weights its ranks change (tau ${fixed(sanity.all)} with the trained ones; sizes alone ${fixed(sanity.bySize ?? 0)}).`,
        ]),
    ...(dearer.length
      ? [
          `These cost more and are no better by more than the standard error: ${others.join(', ')}${dearer.length > 4 ? `, and ${dearer.length - 4} more` : ''}.`,
        ]
      : []),
    ...(completenessGap !== null && completenessGap > largeGap
      ? [`It misses completeness by ${Math.round(100 * completenessGap)} %: raise its steps or samples.`]
      : []),
  ];
}

function failing(failed: readonly Candidate[]): string[] {
  const names = failed.map(({ report }) => `${report.method} (${fixed(report.sanity!.all!)})`);
  return names.length ? [`Left out, for their ranks stay with random weights: ${names.join(', ')}.`] : [];
}

function otherwise(candidates: readonly Candidate[], score: Score): string[] {
  return candidates
    .filter(({ report }) => report.score !== score)
    .map(
      ({ report }) => `Left out, for it explains the ${report.score} and not the ${score}: ${report.method}.`,
    );
}

function ablating(candidates: readonly Candidate[]): string[] {
  const names = candidates.filter(({ report }) => report.readsMasks).map(({ report }) => report.method);
  return names.length
    ? [`Not judged by the ablation, for they change segments themselves: ${names.join(', ')}.`]
    : [];
}

function unchecked(candidates: readonly Candidate[]): string[] {
  return candidates.every(({ report }) => report.sanity === null)
    ? [
        'The sanity check is missing: the weights of a GraphModel cannot be drawn anew. Hand in a LayersModel, or a .keras file, for it.',
      ]
    : [];
}

const fixed = (value: number) =>
  value
    .toFixed(2)
    .replace(/^(-?)0\./, '$1.')
    .replace('-', '−');
const cost = (gradients: number) =>
  `${Number(gradients.toPrecision(2))} ${gradients === 1 ? 'gradient' : 'gradients'}`;
