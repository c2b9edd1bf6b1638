import { type History, type ReferenceRun, rowOf } from '../history.js';
import type { Panel } from './deviations.js';

interface Cell {
  segment: string;
  /** Null: over all classes. */
  className: string | null;
}

/** A quantity of the watched run and of its references at the epochs of the references, from the first on. */
export interface QuantityPanel extends Panel {
  quantity: 'rank' | 'effect';
  cellNames: readonly Cell[];
}

/** What is shown of a rank and of an effect: runs that are nearer than that show the same. */
const least = { rank: 0.1, effect: 0.005 };

type Measured = ReferenceRun['observed'][number];

/** Where values stand: by segment, by pair, by epoch. */
interface Places {
  epochs: readonly number[];
  segments: readonly string[];
  pairs: readonly Cell[];
  epochAt: ReadonlyMap<number, number>;
  pairAt: ReadonlyMap<string, number>;
}

interface Values {
  ranks: Float64Array;
  effects: Float64Array;
}

/**
 * Both quantities of a history for the segments chosen. Epoch 0 is left out, where no run has learned anything. An effect
 * holds until it is measured again; that depends on its own run only.
 */
export function panelsOf(
  { observed, references = [] }: Pick<History, 'observed' | 'references'>,
  segments: readonly string[],
): { epochs: readonly number[]; panels: QuantityPanel[] } {
  const { places, values } = prepared(references, segments);
  const { epochs, pairs } = places;
  const runs = [valuesOf(observed, places), ...values];
  const panel = (
    quantity: QuantityPanel['quantity'],
    cellNames: readonly Cell[],
    of: (run: Values) => Float64Array,
  ): QuantityPanel => ({
    quantity,
    cellNames,
    runs: runs.map(of),
    cells: cellNames.length,
    epochs: epochs.length,
    least: least[quantity],
  });
  const ranked = segments.map((segment) => ({ segment, className: null }));
  return {
    epochs,
    panels: [panel('rank', ranked, ({ ranks }) => ranks), panel('effect', pairs, ({ effects }) => effects)],
  };
}

interface Prepared {
  places: Places;
  values: Values[];
}

/** References are read once and asked at every observation. */
const known = new WeakMap<readonly ReferenceRun[], Map<string, Prepared>>();

function prepared(references: readonly ReferenceRun[], segments: readonly string[]): Prepared {
  const chosen = JSON.stringify(segments);
  const kept = known.get(references) ?? new Map<string, Prepared>();
  known.set(references, kept);
  let found = kept.get(chosen);
  if (!found) {
    const places = placesIn(references, segments);
    found = { places, values: references.map(({ observed }) => valuesOf(observed, places)) };
    kept.set(chosen, found);
  }
  return found;
}

function placesIn(references: readonly ReferenceRun[], segments: readonly string[]): Places {
  const all = references.flatMap(({ observed }) => observed);
  const epochs = [...new Set(all.map(({ epoch }) => epoch))].filter((e) => e > 0).sort((a, b) => a - b);
  const pairs = new Map<string, Cell>();
  for (const { effects } of all)
    for (const { segment, className } of effects)
      if (segments.includes(segment)) pairs.set(key(segment, className), { segment, className });
  const names = [...pairs.keys()].sort();
  return {
    epochs,
    segments,
    pairs: names.map((name) => pairs.get(name)!),
    epochAt: new Map(epochs.map((epoch, i) => [epoch, i])),
    pairAt: new Map(names.map((name, i) => [name, i])),
  };
}

function valuesOf(observed: readonly Measured[], places: Places): Values {
  const { epochs, segments, pairs, epochAt, pairAt } = places;
  const ranks = new Float64Array(segments.length * epochs.length).fill(Number.NaN);
  const effects = new Float64Array(pairs.length * epochs.length).fill(Number.NaN);
  const latest = new Float64Array(pairs.length).fill(Number.NaN);
  for (const one of observed) {
    if (one.epoch === 0) continue;
    for (const { segment, className, effect } of one.effects) {
      const pair = pairAt.get(key(segment, className));
      if (pair !== undefined) latest[pair] = effect;
    }
    const at = epochAt.get(one.epoch);
    if (at === undefined) continue;
    segments.forEach((segment, i) => {
      const row = rowOf(one, segment, null);
      ranks[i * epochs.length + at] = row ? -row.meanRank : Number.NaN;
    });
    latest.forEach((effect, i) => {
      effects[i * epochs.length + at] = effect;
    });
  }
  return { ranks, effects };
}

const key = (segment: string, className: string) => `${segment}\0${className}`;
