import { performance } from 'node:perf_hooks';
import { leastZ, levelOf, type Reached } from '../../../src/alerts/reliance/levels.js';
import type { Paste } from '../../../src/alerts/reliance/measure.js';
import { mean } from '../../support/mean.js';
import type { Tf } from '../../support/tf.js';
import { codeVersion } from '../runs/config.js';
import { controlsOf, type NetConfig, rises, some, withNet } from './trainedNet.js';

export interface GiverResult {
  config: NetConfig;
  codeVersion: number;
  backend: string;
  /** Over all givers and receivers there are: the smaller control's, and of each control. */
  truth: { effect: number; controls: number[] };
  draws: Draw[];
  seconds: number;
}

/** What the test says of a probe set with few givers. */
interface Draw {
  givers: number;
  /** What an alert would rest on. */
  reached: Reached | null;
  /** Of each control: effect, and what it is at least by each way of telling the error, at 99 %. */
  controls: { effect: number; least: Record<Way, number> }[];
}

/** How the error is told: `clustered` is satwatch's. */
export const ways = ['clustered', 'bootstrap of givers', 'bootstrap of both'] as const;
type Way = (typeof ways)[number];

/** One-sided: the truth is below what it is "at least" in so many draws. */
export const chance = 0.01;
export const giverCounts = (quick: boolean) => (quick ? [8, 16] : [8, 10, 13, 20, 32]);
/** Probe sets of each size; over all pictures it is measured so often too. */
export const drawsEach = (quick: boolean) => (quick ? 2 : 24);
/** Of a probe set: pictures of the class without the shortcut, and receivers. */
const [controls, receivers] = [32, 64];
const resamples = 999;

export function giverRun(tf: Tf, config: NetConfig): Promise<GiverResult> {
  const started = performance.now();
  const quick = Boolean(config.quick);
  const times = drawsEach(quick);
  return withNet(tf, config, async ({ random, where, measure, measureAll }) => {
    const [first, other] = [(label: number) => label === 0, (label: number) => label !== 0];
    const [givers, bare, others] = [where(true, first), where(false, first), where(false, other)];
    const all = (await measureAll(times)).pastes;
    const means = controlsOf(all).map((k) => mean(rises(all, k)));

    const draws: Draw[] = [];
    for (const count of giverCounts(quick))
      for (let draw = 0; draw < times; draw++) {
        const { pastes, say } = await measure([
          ...some(givers, count, random),
          ...some(bare, controls, random),
          ...some(others, receivers, random),
        ]);
        const said = say();
        draws.push({
          givers: count,
          // Severe asks for two measurements: here for a second like the first.
          reached: levelOf(said, said),
          controls: controlsOf(pastes).map((k) => {
            const one = say(pastes.map((paste) => ({ ...paste, controls: [paste.controls[k]] })));
            const { effect, z } = one;
            const resampled = (both: boolean) => bootstrapped(pastes, rises(pastes, k), random, both);
            return {
              effect,
              least: {
                clustered: Number.isFinite(z) && z !== 0 ? effect * (1 - leastZ(one) / z) : effect,
                'bootstrap of givers': resampled(false),
                'bootstrap of both': resampled(true),
              },
            };
          }),
        });
      }
    return {
      config,
      codeVersion,
      backend: tf.getBackend(),
      truth: { effect: Math.min(...means), controls: means },
      draws,
      seconds: (performance.now() - started) / 1000,
    };
  });
}

/**
 * The 1 % quantile of the mean over resamples of the givers with all their pastes; or of receivers too, each paste as
 * often as its giver times its receiver (the pigeonhole bootstrap of Owen 2007).
 */
function bootstrapped(
  pastes: readonly Paste[],
  values: readonly number[],
  random: () => number,
  both: boolean,
): number {
  const resample = (of: (paste: Paste) => number) => {
    const clusters = [...new Set(pastes.map(of))];
    const times = new Map<number, number>();
    for (const _ of clusters) {
      const drawn = clusters[Math.floor(random() * clusters.length)];
      times.set(drawn, (times.get(drawn) ?? 0) + 1);
    }
    return pastes.map((paste) => times.get(of(paste)) ?? 0);
  };
  const means: number[] = [];
  while (means.length < resamples) {
    const times = resample(({ giver }) => giver);
    if (both)
      resample(({ receiver }) => receiver).forEach((t, i) => {
        times[i] *= t;
      });
    const total = times.reduce((sum, t) => sum + t, 0);
    if (total > 0) means.push(values.reduce((sum, value, i) => sum + value * times[i], 0) / total);
  }
  return means.sort((a, b) => a - b)[Math.floor(chance * resamples)];
}
