import { performance } from 'node:perf_hooks';
import { levelOf, type Reached } from '../../../src/alerts/reliance/levels.js';
import type { Paste } from '../../../src/alerts/reliance/measure.js';
import { mean } from '../../support/mean.js';
import type { Tf } from '../../support/tf.js';
import { codeVersion } from '../runs/config.js';
import { controlsOf, type NetConfig, rises, some, type TrainedNet, withNet } from './trainedNet.js';

export interface CarrierResult {
  config: NetConfig;
  codeVersion: number;
  backend: string;
  /** Over all givers and receivers there are, every carrier named. */
  truth: { effect: number; top: number };
  draws: CarrierDraw[];
  seconds: number;
}

/** A kind of probe set: pictures of each class, how many of them carry the shortcut, and what becomes of the unnamed. */
export interface Case {
  pictures: number;
  carriers: number;
  /** Named: in every class; in the first alone, none of the others'. Left out: named in every class, the rest not in the set. */
  way: 'every class' | 'its class alone' | 'left out';
  /** Of the carriers, that are named. */
  shares: readonly number[];
}

export function casesOf(quick: boolean): readonly Case[] {
  if (quick) {
    const ways = ['every class', 'its class alone', 'left out'] as const;
    return ways.map((way) => ({ pictures: 64, carriers: 32, way, shares: [1, 0.25] }));
  }
  return [
    { pictures: 64, carriers: 32, way: 'every class', shares: [1, 0.5, 0.25] },
    { pictures: 160, carriers: 80, way: 'every class', shares: [1, 0.5, 0.2, 0.1] },
    { pictures: 160, carriers: 80, way: 'its class alone', shares: [1, 0.1] },
    { pictures: 160, carriers: 80, way: 'left out', shares: [0.2, 0.1] },
    { pictures: 160, carriers: 120, way: 'every class', shares: [0.5, 0.1] },
  ];
}

/** Probe sets of each case and share; over all pictures it is measured `allTimes`. */
export const drawsEach = (quick: boolean) => (quick ? 2 : 5);
const allTimes = (quick: boolean) => (quick ? 2 : 16);

/** What the test says of a probe set. */
interface CarrierDraw {
  /** Of `casesOf`. */
  number: number;
  share: number;
  givers: number;
  receivers: number;
  effect: number;
  z: number;
  top: number;
  /** The effect on the half of the receivers that one half of their pastes moves most, by the other half. */
  upper: number;
  /** What an alert would rest on; and were `upper` taken for the effect, where it is larger. */
  reached: Reached | null;
  byUpper: Reached | null;
}

export function carrierRun(tf: Tf, config: NetConfig): Promise<CarrierResult> {
  const started = performance.now();
  const quick = Boolean(config.quick);
  return withNet(tf, config, async (net) => {
    const { effect, top } = (await net.measureAll(allTimes(quick))).say();
    const draws: CarrierDraw[] = [];
    for (let turn = 0; turn < drawsEach(quick); turn++)
      for (const [number, one] of casesOf(quick).entries()) {
        const set = draw(net, one);
        for (const share of one.shares) {
          const { pastes, say } = await measured(net, set, one.way, share);
          const said = say();
          const upper = upperHalf(pastes);
          const raised = { ...said, effect: Math.max(said.effect, upper) };
          draws.push({
            ...{ number, share, givers: said.givers, receivers: said.receivers },
            ...{ effect: said.effect, z: said.z, top: said.top!, upper },
            // Severe asks for two measurements: here for a second like the first.
            reached: levelOf(said, said),
            byUpper: levelOf(raised, raised),
          });
        }
      }
    return {
      config,
      codeVersion,
      backend: tf.getBackend(),
      truth: { effect, top: top! },
      draws,
      seconds: (performance.now() - started) / 1000,
    };
  });
}

/** Of each class the carriers, in the order in which they are named, and the others. */
function draw({ classes, where, random }: TrainedNet, { pictures, carriers }: Case) {
  return Array.from({ length: classes }, (_, label) => ({
    carriers: some(
      where(true, (one) => one === label),
      carriers,
      random,
    ),
    bare: some(
      where(false, (one) => one === label),
      pictures - carriers,
      random,
    ),
  }));
}

function measured(net: TrainedNet, set: ReturnType<typeof draw>, way: Case['way'], share: number) {
  const unnamed = new Set(
    set.flatMap(({ carriers }, label) =>
      carriers.slice(way === 'its class alone' && label > 0 ? 0 : Math.round(share * carriers.length)),
    ),
  );
  const all = set.flatMap(({ carriers, bare }) => [...carriers, ...bare]);
  return net.measure(way === 'left out' ? all.filter((i) => !unnamed.has(i)) : all, unnamed);
}

function upperHalf(pastes: readonly Paste[]): number {
  return Math.min(
    ...controlsOf(pastes).map((k) => {
      const own = new Map<number, number[]>();
      rises(pastes, k).forEach((rise, i) => {
        const { receiver } = pastes[i];
        own.set(receiver, [...(own.get(receiver) ?? []), rise]);
      });
      const halves = [...own.values()].map((list) => {
        const middle = Math.floor(list.length / 2);
        return [mean(list.slice(0, middle)), mean(list.slice(middle))];
      });
      const chosenBy = (half: 0 | 1) =>
        halves
          .toSorted((a, b) => b[half] - a[half])
          .slice(0, Math.ceil(halves.length / 2))
          .map((list) => list[1 - half]);
      return mean([...chosenBy(0), ...chosenBy(1)]);
    }),
  );
}
