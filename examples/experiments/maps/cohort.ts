import { beyondTwin } from '../judging/evaluate.js';
import { type NetName, nets } from '../runs/nets.js';
import type { MapConfig, MappedRun } from './maps.js';

/**
 * The trainings that noise, labels and aggregation share: for each dose `seeds` seeds of its own, with each net once with
 * the watermark in training and once without, the clean twin. Runs of a seed are in a row; more seeds leave the first as
 * they are.
 */
export function cohort(seeds: number, quick: boolean): MapConfig[] {
  const doses = quick ? [1] : [0.2, 0.35, 0.5];
  const netNames = quick ? (['plain'] as const) : (Object.keys(nets) as NetName[]);
  return Array.from({ length: seeds * doses.length }, (_, i) =>
    netNames.flatMap((net) =>
      [0, doses[i % doses.length]].map((dose) => ({ dose, net, seed: i + 1, ...(quick && { quick }) })),
    ),
  ).flat();
}

/** Accuracy that the stamped watermark costs the other class, by epoch. */
export const lossesOf = ({ epochs }: MappedRun): Losses =>
  new Map(epochs.map(({ epoch, learned }) => [epoch, learned]));
export type Losses = ReadonlyMap<number, number>;

/** What a run learned of the watermark at most, at an epoch observed. */
export function mostLearned(losses: Losses, twin: Losses): number {
  return Math.max(...[...losses].map(([epoch, loss]) => beyondTwin(loss, twin.get(epoch)!)));
}
