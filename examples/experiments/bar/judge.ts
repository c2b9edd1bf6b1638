import type { Store } from 'satwatch';
import { mean } from '../../support/mean.js';
import { seededRandom } from '../../support/random.js';
import { clusteredShare } from '../judging/clusteredShare.js';
import type { Share } from '../judging/evaluate.js';
import { type ProbeName, runName } from './barRun.js';

/** The store of each seed. */
export type Seeds = readonly { seed: number; store: Store }[];

/** From low to high: 95 % of the draws of whole seeds and, the same for all of them, of pictures. */
export interface Estimate {
  mean: number;
  low: number;
  high: number;
}

/** An action by one method, after the last epoch: place against who acts. */
interface Comparison {
  className: string;
  place: Estimate & { chance: number; pictures: number };
  actor: Estimate & { chance: number; pictures: number };
  /** The actor's rank less the place's: above 0 the place comes first. */
  ahead: Estimate;
  /** By seed: does the place have the better mean rank, and does it rank further above chance? */
  first: boolean[];
  leads: boolean[];
}

/** All actions by one method. */
export interface Verdict {
  method: string;
  place: Estimate & { chance: number };
  actor: Estimate & { chance: number };
  ahead: Estimate;
  first: Share;
  leads: Share;
  classes: Comparison[];
}

/** What an action is asked about: who acts, and the place. */
export interface Pair {
  className: string;
  actor: string;
  place: string;
}

/**
 * Who acts is the core part. The place is the part that most of the action's pictures show besides (not the background,
 * which is what has no name): on training pictures the place that the action is tied to, on test pictures another.
 */
export function pairsOf({ store, seed }: Seeds[number], probe: ProbeName): Pair[] {
  const run = runName(probe, seed);
  const { classNames, segmentNames, roles } = store.probeSet(store.run(run).probeSet);
  const sats = store.sats(run);
  return classNames.map((className, label) => {
    const count = (name: string) =>
      sats.filter((image) => image.label === label && image.sat?.some(({ segment }) => segment === name))
        .length;
    const most = (holds: (name: string) => boolean) =>
      segmentNames
        .map((name) => ({ name, count: holds(name) ? count(name) : -1 }))
        .reduce((best, one) => (one.count > best.count ? one : best)).name;
    return {
      className,
      actor: most((name) => roles[name] === 'core'),
      place: most((name) => roles[name] !== 'core' && name !== 'background'),
    };
  });
}

const resamples = 1000;

/** Every action by one method; null is the default. */
export function judge(
  seeds: Seeds,
  probe: ProbeName,
  pairs: readonly Pair[],
  method: string | null,
): Verdict {
  const random = seededRandom(1);
  const draw = (count: number) => Array.from({ length: count }, () => Math.floor(random() * count));
  const drawnSeeds = Array.from({ length: resamples }, () => draw(seeds.length));
  const runs = seeds.map(({ seed, store }) => {
    const run = runName(probe, seed, method ?? undefined);
    return { store, run, sats: store.sats(run) };
  });

  const compared = pairs.map(({ className, actor, place }, label) => {
    const pictures = runs.map(({ sats }) => sats.filter((image) => image.label === label));
    const drawnPictures = drawnSeeds.map(() => draw(pictures[0].length));
    const part = (segment: string) => {
      // A row a seed, a column a picture; NaN where it does not show the part.
      const ranks = pictures.map((own) =>
        own.map(({ sat }) => sat?.find((row) => row.segment === segment)?.rank ?? Number.NaN),
      );
      const bySeed = ranks.map(known);
      const chances = runs.map(
        ({ store, run }) => store.trajectories(run, { className, segment }).at(-1)!.chanceRank!,
      );
      const draws = drawnSeeds.map((own, i) =>
        mean(own.map((s) => known(drawnPictures[i].map((p) => ranks[s][p])))),
      );
      const shown = ranks[0].filter((rank) => !Number.isNaN(rank)).length;
      return { bySeed, chances, draws, pictures: shown };
    };
    return { className, place: part(place), actor: part(actor) };
  });

  const overall = (of: (one: (typeof compared)[number]) => { bySeed: number[]; draws: number[] }) =>
    estimate(
      mean(compared.map((one) => mean(of(one).bySeed))),
      drawnSeeds.map((_, i) => mean(compared.map((one) => of(one).draws[i]))),
    );
  const ahead = ({ place, actor }: (typeof compared)[number]) => ({
    bySeed: place.bySeed.map((rank, s) => actor.bySeed[s] - rank),
    draws: place.draws.map((rank, i) => actor.draws[i] - rank),
  });
  const classes = compared.map((one): Comparison => {
    const told = ({ bySeed, chances, draws, pictures }: typeof one.place) => ({
      ...estimate(mean(bySeed), draws),
      ...{ chance: mean(chances), pictures },
    });
    const lead = ({ bySeed, chances }: typeof one.place, s: number) => chances[s] - bySeed[s];
    const { bySeed, draws } = ahead(one);
    return {
      className: one.className,
      place: told(one.place),
      actor: told(one.actor),
      ahead: estimate(mean(bySeed), draws),
      first: bySeed.map((ranks) => ranks > 0),
      leads: bySeed.map((_, s) => lead(one.place, s) > lead(one.actor, s)),
    };
  });
  const count = (holds: (one: Comparison) => boolean[]) =>
    clusteredShare(
      seeds.map((_, s) => classes.filter((one) => holds(one)[s]).length),
      classes.length,
    );
  return {
    method: method ?? 'input-x-gradient',
    place: { ...overall(({ place }) => place), chance: mean(classes.map(({ place }) => place.chance)) },
    actor: { ...overall(({ actor }) => actor), chance: mean(classes.map(({ actor }) => actor.chance)) },
    ahead: overall(ahead),
    first: count(({ first }) => first),
    leads: count(({ leads }) => leads),
    classes,
  };
}

/** The mean of what is a number. */
const known = (values: readonly number[]) => mean(values.filter((value) => !Number.isNaN(value)));

function estimate(value: number, draws: readonly number[]): Estimate {
  const sorted = draws.filter((draw) => !Number.isNaN(draw)).sort((a, b) => a - b);
  const at = (q: number) => sorted[Math.floor(q * (sorted.length - 1))] ?? Number.NaN;
  return { mean: value, low: at(0.025), high: at(0.975) };
}
