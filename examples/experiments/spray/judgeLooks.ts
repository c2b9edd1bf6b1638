import { mean } from '../../support/mean.js';
import {
  auroc,
  beyondTwin,
  bootstrap,
  type Case,
  leastReliance,
  median,
  type Share,
  share,
} from '../judging/evaluate.js';
import type { MapConfig } from '../maps/maps.js';
import { type Look, type Sprayed, variants } from './lookAtMaps.js';

/** A look at the maps of one epoch of one run. */
export interface Row {
  config: Required<MapConfig>;
  /** Of the pictures looked at, that carry the watermark. */
  share: number;
  epoch: number;
  testAccuracy: number;
  /** Accuracy that the watermark costs the other class. */
  learned: number;
  /** null where a map was not finite. */
  look: Look | null;
}
type Looked = Row & { look: Look };

/** Which rows are judged together, one of each seed. */
export interface Cell {
  /** The epoch, but for that before training, at which the watermark costs the other class most; or the last one. */
  when: 'costliest' | 'last';
  fixed: boolean;
  share: number;
  net: MapConfig['net'];
  dose: number;
}

export interface Estimate {
  mean: number;
  /** 95 %, bootstrap over the runs. */
  interval: [low: number, high: number];
}

/** What all runs of one cell say. */
export function judgeCell(rows: readonly Row[], cell: Cell) {
  const runs = oneEach(rows, cell);
  const looks = runs.map(({ look }) => look);
  const sprayed = (variant: string) => {
    const ones = looks.map(({ spray }) => spray[variant]);
    const of = (pick: (one: Sprayed) => number) => estimate(ones.map(pick));
    const yes = (holds: (one: Sprayed) => boolean) => share(ones.filter(holds).length, ones.length);
    const split = ones.flatMap(({ splitByPlace }) => splitByPlace ?? []);
    return {
      medianClusters: median(ones.map(({ clusters }) => clusters)),
      severalClusters: yes(({ clusters }) => clusters > 1),
      f1: of(({ f1 }) => f1),
      chanceF1: of(({ chanceF1 }) => chanceF1),
      adjustedRand: of(({ adjustedRand }) => adjustedRand),
      togetherF1: of(({ togetherF1 }) => togetherF1),
      splitByPlace: split.length > 0 ? { ...estimate(split), runs: split.length } : null,
      found: yes(({ found }) => found),
      beyondChance: yes(({ clusters, p }) => clusters > 1 && p <= 0.01),
    };
  };
  return {
    ...cell,
    ...{ runs: runs.length, pictures: looks[0]?.pictures, carriers: looks[0]?.carriers },
    costs: estimate(runs.map(({ learned }) => learned)),
    /** Of them, those that the watermark costs `leastReliance` more than the clean run of the same seed. */
    reliant: runs.filter((row) => learnedOf(rows, row) >= leastReliance).length,
    testAccuracy: mean(runs.map(({ testAccuracy }) => testAccuracy)),
    spray: byVariant(sprayed),
    sat: {
      meanRank: estimate(looks.map(({ sat }) => sat.meanRank)),
      chanceRank: estimate(looks.map(({ sat }) => sat.chanceRank)),
      aboveChance: estimate(looks.map(({ sat }) => aboveChance(sat))),
    },
  };
}

/**
 * Over nets and doses: what is said of the runs that came to rely on the watermark, and of the clean ones. AUROC: the
 * chance that a reliant run scores higher than a clean one.
 */
export function judgeAll(
  rows: readonly Row[],
  place: Pick<Cell, 'when' | 'fixed' | 'share'>,
  { nets, doses }: { nets: readonly MapConfig['net'][]; doses: readonly number[] },
) {
  const of = (dose: number) => nets.flatMap((net) => oneEach(rows, { ...place, net, dose }));
  const clean = of(0);
  const reliant = doses
    .filter((dose) => dose > 0)
    .flatMap(of)
    .filter((row) => learnedOf(rows, row) >= leastReliance);
  const apart = (score: (look: Look) => number) => {
    const cases = [
      ...reliant.map(({ look }): Case => ({ score: score(look), reliant: true })),
      ...clean.map(({ look }): Case => ({ score: score(look), reliant: false })),
    ];
    return reliant.length > 0 ? { auroc: auroc(cases), interval: bootstrap(cases, auroc) } : null;
  };
  return {
    ...place,
    ...{ clean: clean.length, reliant: reliant.length },
    spray: byVariant((variant) => {
      const found = (list: readonly Looked[]): Share | null =>
        share(list.filter(({ look }) => look.spray[variant].found).length, list.length);
      const tells = apart(({ spray }) => spray[variant].adjustedRand);
      return { foundOfReliant: found(reliant), foundOfClean: found(clean), ...tells };
    }),
    sat: apart(({ sat }) => aboveChance(sat)),
  };
}

function oneEach(rows: readonly Row[], { when, fixed, share, net, dose }: Cell): Looked[] {
  const bySeed = new Map<number, Looked>();
  for (const row of rows) {
    const { config, epoch, look } = row;
    const here = config.fixed === fixed && config.net === net && config.dose === dose && row.share === share;
    if (!here || epoch === 0 || !look) continue;
    const best = bySeed.get(config.seed);
    const better = best && (when === 'last' ? epoch > best.epoch : row.learned > best.learned);
    if (!best || better) bySeed.set(config.seed, { ...row, look });
  }
  return [...bySeed.values()];
}

/** What was learned of the watermark, by the same epoch of the run of the same seed that never saw it. */
function learnedOf(rows: readonly Row[], { config, share, epoch, learned }: Row): number {
  const twin = rows.find(
    ({ config: other, ...row }) =>
      other.dose === 0 &&
      other.seed === config.seed &&
      other.net === config.net &&
      other.fixed === config.fixed &&
      row.share === share &&
      row.epoch === epoch,
  );
  return beyondTwin(learned, twin!.learned);
}

const aboveChance = ({ meanRank, chanceRank }: Look['sat']) => chanceRank - meanRank;
const byVariant = <T>(judge: (variant: string) => T): Record<string, T> =>
  Object.fromEntries(Object.keys(variants).map((variant) => [variant, judge(variant)]));
const estimate = (values: readonly number[]): Estimate => ({
  mean: mean(values),
  interval: bootstrap(values, mean),
});
