import type { Level } from '../../types.js';
import { type Deviations, deviations } from '../reference/deviations.js';
import { panelsOf, type QuantityPanel } from '../reference/panels.js';
import {
  type CommonOptions,
  checkSelection,
  defineRule,
  type Finding,
  type Rule,
  round,
  type Selection,
  selected,
} from '../rule.js';

/** Without `segment` and `role`: every segment that is not core. */
export type ReferenceOptions = Pick<Selection, 'segment' | 'role'> & Omit<CommonOptions, 'level'>;

/**
 * The run stands further out than any of its reference runs ever does: in the mean rank of a segment (towards 1) or in
 * the effect that the reliance test measured. The score is defined in `reference/deviations.ts`. Of n + 1 runs that
 * differ by their seeds only, each is the one with the probability 1 / (n + 1): the level goes by that.
 */
export function reference(options: ReferenceOptions = {}): Rule {
  const defaults = { consecutive: 1, cooldown: 0 };
  return defineRule(
    'reference',
    options as Selection & CommonOptions,
    defaults,
    ['segment', 'role'],
    (o) => ({
      check: (probe) => checkSelection('reference', o, probe),
      evaluate(history) {
        const { references = [], probe } = history;
        if (references.length === 0) return [];
        const isChosen = o.segment !== undefined || o.role !== undefined;
        const segments = selected(o, probe).flatMap(([segment]) =>
          isChosen || probe.roles[segment] !== 'core' ? segment : [],
        );
        const { epochs, panels } = panelsOf(history, segments);
        const epoch = history.observed.findLast((one) => epochs.includes(one.epoch))?.epoch;
        if (epoch === undefined) return [];
        const now = epochs.indexOf(epoch);
        const found = panels.map((panel) => ({ panel, ...deviations(panel, now) }));
        const bar = Math.max(...found.map((one) => one.bar));
        return found.flatMap((one) => standingOut(one, bar, now, epoch));
      },
    }),
  );
}

/** The share of clean runs that would stand above all of so many references. */
const rateOf = (references: number) => 1 / (references + 1);

function levelOf(references: number): Level {
  const rate = rateOf(references);
  return rate <= 0.01 ? 'severe' : rate <= 0.05 ? 'alarm' : 'warning';
}

function standingOut(
  { panel, own }: { panel: QuantityPanel } & Deviations,
  bar: number,
  now: number,
  epoch: number,
): Finding[] {
  const { quantity, cellNames, runs, epochs } = panel;
  const sign = quantity === 'rank' ? -1 : 1;
  const count = runs.length - 1;
  return cellNames.flatMap((cell, i): Finding | [] => {
    if (!(own[i] > bar)) return [];
    const [value, ...others] = runs.map((run) => sign * run[i * epochs + now]);
    const known = others.filter((other) => !Number.isNaN(other));
    const band: [number, number] = [Math.min(...known), Math.max(...known)];
    return {
      ...cell,
      level: levelOf(count),
      from: known.reduce((sum, other) => sum + other, 0) / known.length,
      to: value,
      severity: own[i],
      message: sentence({ ...cell, value, band, epoch, count, deviation: own[i], bar }),
      evidence: {
        quantity,
        deviation: own[i],
        bar,
        references: count,
        rate: rateOf(count),
        referencesFrom: band[0],
        referencesTo: band[1],
        comparedAt: epoch,
      },
    };
  });
}

interface Told {
  segment: string;
  className: string | null;
  value: number;
  band: [number, number];
  epoch: number;
  count: number;
  deviation: number;
  bar: number;
}

function sentence({ segment, className, value, band, epoch, count, deviation, bar }: Told): string {
  const show = (x: number) => (className === null ? round(x) : String(Math.round(100 * x) + 0));
  const [low, high] = band.map(show);
  const theirs = low === high ? low : `${low} to ${high}`;
  const runs = count === 1 ? 'the reference run' : `the ${count} reference runs`;
  const what =
    className === null
      ? `'${segment}' ranks ${show(value)} at epoch ${epoch}, in ${runs} ${theirs}`
      : `At epoch ${epoch} predictions move ${show(value)} points towards '${className}' when '${segment}' is present, in ${runs} ${theirs}`;
  const whom = count === 1 ? 'the reference' : `all ${count} references`;
  return (
    `${what}; this run stands out more than ${whom} (${round(deviation)}, theirs at most ${round(bar)}), ` +
    `as 1 in ${count + 1} clean runs would; look for what its training pictures have and theirs have not`
  );
}
