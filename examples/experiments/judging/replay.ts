import { type Observed, rules } from 'satwatch';
import { effectOf, riseOf } from '../../../src/alerts/reliance/effect.js';
import type { Pair, Paste } from '../../../src/alerts/reliance/measure.js';
import { type Tests, takeTurns } from '../../../src/alerts/reliance/schedule.js';
import type { Effect, Level } from '../../../src/types.js';
import { fillsAt, pastesAt } from '../runs/record.js';
import type { RunResult } from '../runs/run.js';

/** A pair at an epoch, with the pastes that its effect is computed from. */
export interface Replayed {
  effect: Effect;
  pastes: Paste[];
}

/** The run that was looked at last: several detectors look at one after the other. */
let last: { result: RunResult; epochs: Replayed[][] } | undefined;

/** Every pair at every epoch as the reliance test measures it, from the recorded answers: [epoch][pair]. */
export function replay(result: RunResult): Replayed[][] {
  if (last?.result !== result) {
    const epochs = result.epochs.map((_, at) =>
      result.recorded.pairs.map((pair) => measured(result, pair, at)),
    );
    last = { result, epochs };
  }
  return last.epochs;
}

function measured(result: RunResult, { segment, className }: Pair, at: number): Replayed {
  const { recorded, classNames, epochs } = result;
  const pair = { segment, className };
  const pastes = pastesAt(recorded, pair, at, classNames.length);
  const probe = { classNames, images: recorded.labels.map((label) => ({ label })) };
  const numbers = effectOf(probe, pair, pastes, fillsAt(recorded, segment, at, classNames.length));
  return { effect: { ...pair, ...numbers, epoch: epochs[at].epoch, step: null }, pastes };
}

/** A pair that had its turn at an epoch, and the level that the default rule gives it. */
export interface Tested {
  segment: string;
  className: string;
  epoch: number;
  effect: number;
  level: Level | null;
}

/** A run as it is watched within `budget` forward passes an observation: by the program's own turns and rule. */
export async function watch(
  result: RunResult,
  budget: number,
  options: Parameters<typeof rules.reliance>[0] = {},
): Promise<Tested[]> {
  const all = replay(result);
  const { classNames, roles, recorded } = result;
  const isSuspect = ({ segment }: Pair) => roles[segment] === 'suspect';
  const pairs = recorded.pairs.map(({ segment, className }) => ({ segment, className }));
  const rule = rules.reliance(options);
  const history = {
    probe: { segmentNames: Object.keys(roles), classNames, roles, classCounts: classNames.map(() => 0) },
    pairs: pairs.length,
  };
  const observed: Observed[] = [];
  const tested: Tested[] = [];
  for (const [k, { epoch }] of result.epochs.entries()) {
    const of = (pair: Pair) => all[k][pairs.indexOf(pair)];
    const passes = (pastes: Paste[]) => pastes.length * (1 + pastes[0].controls.length);
    const filled = (pair: Pair) => recorded.fills.find(({ segment }) => segment === pair.segment)!.images;
    const tests: Tests = {
      pairs: [...pairs.filter(isSuspect), ...pairs.filter((pair) => !isSuspect(pair))],
      cost: (pair) => ({
        glance: passes(glance(of(pair).pastes)),
        test: passes(of(pair).pastes),
        fill: 2 * filled(pair).length,
      }),
      glance: async (pair) => riseOf({ classNames }, pair, glance(of(pair).pastes)),
      test: async (pair) => of(pair).effect,
    };
    const effects = await takeTurns(tests, { ...history, observed }, budget);
    observed.push({ epoch, step: null, metrics: {}, probeAccuracy: null, rows: [], effects });
    // Before training nothing is raised.
    const found = epoch > 0 ? rule.evaluate({ ...history, observed }) : [];
    for (const { segment, className, effect } of effects) {
      const finding = found.find((one) => one.segment === segment && one.className === className);
      tested.push({ segment, className, epoch, effect, level: finding?.level ?? null });
    }
  }
  return tested;
}

/** The first paste of each of the first eight receivers. */
function glance(pastes: readonly Paste[]): Paste[] {
  const receivers = [...new Set(pastes.map(({ receiver }) => receiver))].slice(0, 8);
  return receivers.map((receiver) => pastes.find((paste) => paste.receiver === receiver)!);
}
