import type { Cost, Effect, ProbeSet } from '../../types.js';
import type { History } from '../history.js';
import { type AsIs, fillCosts, pasteCosts } from './costs.js';
import { effectOf, moversOf, riseOf } from './effect.js';
import { sizeOf } from './levels.js';
import {
  type Fills,
  fillCost,
  glanceCost,
  measureFills,
  measurePair,
  type Pair,
  type Pictures,
  type Predict,
  pairCost,
  planPairs,
} from './measure.js';

type Measured = Omit<Effect, 'epoch' | 'step'>;

export interface Measurements {
  effects: Measured[];
  costs: Omit<Cost, 'epoch' | 'step'>[];
  /** For each effect the images whose segment moves predictions most, the furthest first. */
  movers: Movers;
}

export type Movers = readonly (Pair & { images: readonly number[] })[];

/** The (segment, class) pairs that this probe set can test, those of suspects first. */
export function pairsOf(probe: ProbeSet): Pair[] {
  const pairs = planPairs(probe);
  const isSuspect = ({ segment }: Pair) => probe.roles[segment] === 'suspect';
  return [...pairs.filter(isSuspect), ...pairs.filter((pair) => !isSuspect(pair))];
}

/**
 * Measures the pairs whose turn it is (`takeTurns`) with as many forward passes as `budget` allows; a segment is filled
 * once for all its pairs. `asIs`: what the model says of the probe images.
 */
export async function measureEffects(
  probe: ProbeSet,
  pixels: Pictures,
  history: History,
  predict: Predict,
  asIs: readonly AsIs[],
  { budget, seed }: { budget: number; seed: number },
): Promise<Measurements> {
  const costs: Measurements['costs'] = [];
  const movers: (Pair & { images: number[] })[] = [];
  const filled = new Map<string, Fills>();
  const effects = await takeTurns(
    {
      pairs: pairsOf(probe),
      cost: (pair) => ({
        glance: glanceCost(probe, pair),
        test: pairCost(probe, pair),
        fill: fillCost(probe, pair.segment),
      }),
      glance: async (pair) =>
        riseOf(probe, pair, await measurePair(probe, pixels, pair, predict, seed, 'glance')),
      test: async (pair) => {
        const { segment } = pair;
        let fills = filled.get(segment);
        if (!fills) {
          fills = await measureFills(probe, pixels, segment, predict, seed, asIs);
          filled.set(segment, fills);
          costs.push(...fillCosts(probe, segment, fills));
        }
        const pastes = await measurePair(probe, pixels, pair, predict, seed);
        costs.push(...pasteCosts(probe, pair, pastes, asIs));
        movers.push({ ...pair, images: moversOf(probe, pair, pastes) });
        return { ...pair, ...effectOf(probe, pair, pastes, fills) };
      },
    },
    history,
    budget,
  );
  return { effects, costs, movers };
}

/** What a turn may do, and what it takes in forward passes. */
export interface Tests {
  pairs: readonly Pair[];
  cost(pair: Pair): { glance: number; test: number; fill: number };
  /** The effect by a few pastes. */
  glance(pair: Pair): Promise<number>;
  test(pair: Pair): Promise<Measured>;
}

/** Share of the budget that glances may take. */
const glances = 0.5;
/** Every so many observations the pair that was tested longest ago is tested too, so that none is left out for ever. */
const patience = 4;

/**
 * All pairs, where `budget` is enough. Else half of it is spent on glances, the pairs in turn, and the rest on whole
 * tests: of the pair that shows most, by its glance or by its last test, times the root of the observations since that
 * test, and of others that show as much as a warning asks while the budget lasts. At least one pair is tested; and every
 * fourth observation, whatever the budget, the one that was tested longest ago. What is done depends on the observations in `history` alone.
 */
export async function takeTurns(tests: Tests, { observed }: History, budget: number): Promise<Measured[]> {
  const { pairs } = tests;
  const spent = { segments: new Set<string>(), passes: 0 };
  const price = (pair: Pair) => {
    const { test, fill } = tests.cost(pair);
    return test + (spent.segments.has(pair.segment) ? 0 : fill);
  };
  const measured: Measured[] = [];
  const take = async (pair: Pair) => {
    spent.passes += price(pair);
    spent.segments.add(pair.segment);
    measured.push(await tests.test(pair));
  };
  const affordable = (pair: Pair) => spent.passes + price(pair) <= budget;
  const total = pairs.reduce((sum, pair) => sum + tests.cost(pair).test, 0) + fillsOf(tests);
  if (total <= budget) {
    for (const pair of pairs) await take(pair);
    return measured;
  }

  const seen = new Map<Pair, number>();
  for (const pair of pairs) {
    const size = lastTest(pair, observed)?.size;
    if (size !== undefined) seen.set(pair, known(size));
  }
  for (const pair of inTurn(tests, observed.length, glances * budget)) {
    spent.passes += tests.cost(pair).glance;
    // What the last test found is tested again, whatever a glance shows now: an alert that rests on it must be able to end.
    seen.set(
      pair,
      Math.max(
        seen.get(pair) ?? Number.NEGATIVE_INFINITY,
        known(sizeOf({ effect: await tests.glance(pair), top: null })),
      ),
    );
  }

  // What shows as much as a warning asks for gains while it waits: else the largest would take every turn.
  const urgency = (pair: Pair) => {
    const size = seen.get(pair)!;
    const ago = lastTest(pair, observed)?.ago ?? observed.length + 1;
    return size >= 1 ? size * Math.sqrt(ago) : size;
  };
  const [first, ...others] = [...seen.keys()].sort((a, b) => urgency(b) - urgency(a));
  await take(first);
  for (const pair of others) if (seen.get(pair)! >= 1 && affordable(pair)) await take(pair);
  if (observed.length % patience === 0) {
    const ago = (pair: Pair) => lastTest(pair, observed)?.ago ?? Number.POSITIVE_INFINITY;
    const waiting = pairs.filter((pair) => !measured.some((effect) => isOf(effect, pair)));
    const longest = Math.max(...waiting.map(ago));
    const next = waiting.find((pair) => ago(pair) === longest);
    if (next) await take(next);
  }
  return measured;
}

/** The pairs to glance at: each observation goes on where the one before stopped. */
function inTurn({ pairs, cost }: Tests, turn: number, passes: number): Pair[] {
  const dearest = Math.max(...pairs.map((pair) => cost(pair).glance));
  const count = Math.min(pairs.length, Math.max(1, Math.floor(passes / dearest)));
  return Array.from({ length: count }, (_, i) => pairs[(turn * count + i) % pairs.length]);
}

/** Where the model's answers were not finite nothing is known of the effect. */
const known = (size: number) => (Number.isNaN(size) ? Number.NEGATIVE_INFINITY : size);

function fillsOf({ pairs, cost }: Tests): number {
  const bySegment = new Map(pairs.map((pair) => [pair.segment, cost(pair).fill]));
  return [...bySegment.values()].reduce((sum, fill) => sum + fill, 0);
}

function lastTest(pair: Pair, observed: History['observed']): { size: number; ago: number } | undefined {
  for (let back = observed.length - 1; back >= 0; back--) {
    const effect = observed[back].effects.find((other) => isOf(other, pair));
    if (effect) return { size: sizeOf(effect), ago: observed.length - back };
  }
  return undefined;
}

const isOf = (effect: Pair, pair: Pair) =>
  effect.segment === pair.segment && effect.className === pair.className;
