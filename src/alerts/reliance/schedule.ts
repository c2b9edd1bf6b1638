import type { AggregatedRow } from '../../store/index.js';
import type { Cost, Effect, ProbeSet } from '../../types.js';
import { type History, rowOf } from '../history.js';
import { type AsIs, fillCosts, pasteCosts } from './costs.js';
import { effectOf } from './effect.js';
import {
  type Fills,
  fillCost,
  giversOf,
  measureFills,
  measurePair,
  type Pair,
  type Pictures,
  type Predict,
  pairCost,
  planPairs,
} from './measure.js';

export interface Measurements {
  effects: Omit<Effect, 'epoch' | 'step'>[];
  costs: Omit<Cost, 'epoch' | 'step'>[];
}

/** Every so many observations the other pair that has waited longest is measured, even where the budget is used up. */
const patience = 4;

/** The (segment, class) pairs that this probe set can test. */
export function pairsOf(probe: ProbeSet): Pair[] {
  return planPairs(probe);
}

/**
 * Measures as many pairs as `budget` forward passes allow: suspects first, the longest untested first; then the
 * other segments, where two have waited equally long the one whose rank is further above its chance rank. At least one
 * pair is measured, and every fourth observation the one of the others that has waited longest, so that no pair is left
 * out for ever. A segment is filled once for all its pairs. `asIs`: what the model says of the probe images.
 */
export async function measureEffects(
  probe: ProbeSet,
  pixels: Pictures,
  history: History,
  rows: readonly AggregatedRow[],
  predict: Predict,
  asIs: readonly AsIs[],
  { budget, seed }: { budget: number; seed: number },
): Promise<Measurements> {
  const pairs = planPairs(probe);
  const waited = (pair: Pair) => {
    const { observed } = history;
    for (let back = observed.length - 1; back >= 0; back--)
      if (observed[back].effects.some((e) => e.segment === pair.segment && e.className === pair.className))
        return observed.length - back;
    return observed.length + 1;
  };
  const now = { epoch: 0, step: null, metrics: {}, probeAccuracy: null, rows, effects: [] };
  const aboveChance = ({ segment, className }: Pair) => {
    const row = rowOf(now, segment, className);
    return row?.chanceRank == null ? Number.NEGATIVE_INFINITY : row.chanceRank - row.meanRank;
  };
  const ordered = (list: Pair[]) =>
    list
      .map((pair) => ({ pair, waited: waited(pair), above: aboveChance(pair) }))
      .sort((a, b) => b.waited - a.waited || b.above - a.above)
      .map(({ pair }) => pair);
  const isSuspect = ({ segment }: Pair) => probe.roles[segment] === 'suspect';

  let spent = 0;
  const chosen: Pair[] = [];
  const price = (pair: Pair) =>
    pairCost(probe, pair) +
    (chosen.some(({ segment }) => segment === pair.segment) ? 0 : fillCost(probe, pair.segment));
  const take = (pair: Pair) => {
    spent += price(pair);
    chosen.push(pair);
  };
  const others = ordered(pairs.filter((pair) => !isSuspect(pair)));
  for (const pair of [...ordered(pairs.filter(isSuspect)), ...others])
    if (chosen.length === 0 || spent + price(pair) <= budget) take(pair);
  const turn = history.observed.length % patience === 0;
  if (turn && others.length > 0 && !chosen.includes(others[0])) take(others[0]);

  const measured: Measurements = { effects: [], costs: [] };
  const filled = new Map<string, Fills>();
  for (const pair of chosen) {
    const { segment } = pair;
    let fills = filled.get(segment);
    if (!fills) {
      fills = await measureFills(probe, pixels, segment, predict, seed, asIs);
      filled.set(segment, fills);
      measured.costs.push(...fillCosts(probe, segment, fills));
    }
    const pastes = await measurePair(probe, pixels, pair, predict, seed);
    measured.effects.push({
      ...pair,
      ...effectOf(probe, pair, pastes, fills),
      givers: giversOf(probe, pair),
    });
    measured.costs.push(...pasteCosts(probe, pair, pastes, asIs));
  }
  return measured;
}
