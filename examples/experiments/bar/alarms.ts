import type { Store } from 'satwatch';
import { clusteredShare } from '../judging/clusteredShare.js';
import type { Share } from '../judging/evaluate.js';
import { type ProbeName, runName } from './barRun.js';
import type { Pair, Seeds } from './judge.js';

/** What the default alarm says of an action and its place: a value for each seed. */
export interface PlaceAlarm extends Pair {
  alarm: (number | null)[];
  severe: (number | null)[];
  /** Observations after training began at which the pair was tested. */
  tests: number[];
  /** As last measured: the effect, and right answers as they are and with the place filled. */
  effect: (number | null)[];
  right: (number | null)[];
  filled: (number | null)[];
}

/** An alarm on a part, by seed. */
export interface OtherAlarm {
  segment: string;
  className: string;
  seeds: { seed: number; epoch: number; level: string }[];
}

const grave = ['alarm', 'severe'];

export function placeAlarms(seeds: Seeds, probe: ProbeName, pairs: readonly Pair[]) {
  const places = pairs.map((pair): PlaceAlarm => {
    const perSeed = <T>(value: (store: Store, run: string) => T) =>
      seeds.map(({ seed, store }) => value(store, runName(probe, seed)));
    const mine = <T extends { segment: string | null; className: string | null }>(list: T[]) =>
      list.filter(({ segment, className }) => segment === pair.place && className === pair.className);
    const firstEpoch = (levels: readonly string[]) =>
      perSeed(
        (store, run) => mine(store.alerts(run)).find(({ level }) => levels.includes(level))?.epoch ?? null,
      );
    const accuracy = (variant: string) =>
      perSeed(
        (store, run) => mine(store.costs(run)).findLast((cost) => cost.variant === variant)?.accuracy ?? null,
      );
    return {
      ...pair,
      ...{ alarm: firstEpoch(grave), severe: firstEpoch(['severe']) },
      tests: perSeed((store, run) => mine(store.effects(run)).filter(({ epoch }) => epoch > 0).length),
      effect: perSeed((store, run) => mine(store.effects(run)).at(-1)?.effect ?? null),
      ...{ right: accuracy('present'), filled: accuracy('ring') },
    };
  });
  const alarmed: Share = clusteredShare(
    seeds.map((_, s) => places.filter(({ alarm }) => alarm[s] !== null).length),
    places.length,
  );
  return { places, alarmed };
}

/** Alarms on all but the pairs, each with the first epoch and the highest level of a seed. */
export function otherAlarms(seeds: Seeds, probe: ProbeName, pairs: readonly Pair[]): OtherAlarm[] {
  const others = new Map<string, OtherAlarm>();
  for (const { seed, store } of seeds)
    for (const { segment, className, level, epoch } of store.alerts(runName(probe, seed))) {
      if (segment === null || className === null || !grave.includes(level)) continue;
      if (pairs.some((pair) => pair.place === segment && pair.className === className)) continue;
      const key = `${segment} ${className}`;
      const one = others.get(key) ?? { segment, className, seeds: [] };
      const known = one.seeds.find((told) => told.seed === seed);
      if (!known) one.seeds.push({ seed, epoch, level });
      else if (level === 'severe') known.level = level;
      others.set(key, one);
    }
  return [...others.values()].sort((a, b) => b.seeds.length - a.seeds.length);
}
