import type { Effect, ProbeSet } from 'satwatch';
import { effectOf } from '../../../src/alerts/reliance/effect.js';
import { measurePair, type Paste } from '../../../src/alerts/reliance/measure.js';
import { Dice } from '../../../src/demo/dice.js';
import { seededRandom } from '../../../src/random.js';
import type { Tf } from '../../support/tf.js';
import { configure, type RunConfig } from '../runs/config.js';
import { createData } from '../runs/data.js';
import { nets } from '../runs/nets.js';
import { predictor } from '../runs/predictor.js';
import { trainOn } from '../runs/run.js';
import { scaled } from '../runs/truth.js';

/** What decides a trained net whose shortcut is tested on many probe sets. */
export interface NetConfig extends Pick<RunConfig, 'task' | 'dose' | 'net' | 'seed'> {
  kind: string;
  quick?: boolean;
}

export function trainingOf({ quick = false, ...choice }: NetConfig): RunConfig {
  return configure({ ...choice, ...(quick ? { probe: 128 } : { epochs: 4, probe: 1024 }) }, quick);
}

/** The reliance test of the shortcut and the first class, on probe sets drawn from the net's pictures. */
export interface TrainedNet {
  classes: number;
  random: () => number;
  /** Pictures of these classes, with the shortcut or without it. */
  where(carrier: boolean, of: (label: number) => boolean): number[];
  /** A probe set of these pictures. Those in `unnamed` have no segment for the shortcut that they carry. */
  measure(chosen: readonly number[], unnamed?: ReadonlySet<number>): Promise<Measured>;
  /** All pictures, so many times over. */
  measureAll(times: number): Promise<Measured>;
}

interface Measured {
  pastes: Paste[];
  /** What the test says of them, or of others. */
  say(pastes?: readonly Paste[]): Omit<Effect, 'segment' | 'className' | 'epoch' | 'step'>;
}

/** Trains the net and keeps it while it is used. */
export async function withNet<T>(
  tf: Tf,
  config: NetConfig,
  use: (trained: TrainedNet) => Promise<T>,
): Promise<T> {
  const { seed, net } = config;
  const training = trainingOf(config);
  const { task, train, probe, shortcut } = createData(training);
  const [classes, dice] = [task.classNames.length, new Dice(seed, 9)];
  const model = nets[net](tf, { side: training.side, classes, seed: dice.seed() });
  try {
    await trainOn(tf, model, train, classes, { config: training, dice, callbacks: [] });
    const pixels = probe.images.map((image) => scaled([image.pixels as Uint8Array]));
    const predict = predictor(tf, model, probe);
    const pair = { segment: shortcut!.segment(task), className: task.classNames[0] };
    const random = seededRandom(seed);
    const named = ({ name }: { name: string }) => name === pair.segment;
    const where: TrainedNet['where'] = (carrier, of) =>
      probe.images.flatMap(({ label, segments }, i) =>
        of(label) && segments.some(named) === carrier ? [i] : [],
      );
    const measure: TrainedNet['measure'] = async (chosen, unnamed) => {
      const images = chosen.map((i) => {
        const image = probe.images[i];
        if (!unnamed?.has(i)) return image;
        return { ...image, segments: image.segments.filter((segment) => !named(segment)) };
      });
      const own: ProbeSet = { ...probe, images };
      const pastes = await measurePair(
        own,
        chosen.map((i) => pixels[i]),
        pair,
        predict,
        Math.floor(random() * 2 ** 31),
      );
      return { pastes, say: (list = pastes) => effectOf(own, pair, list, noFills) };
    };
    const measureAll: TrainedNet['measureAll'] = async (times) => {
      const [first, other] = [(label: number) => label === 0, (label: number) => label !== 0];
      const all = [...where(true, first), ...where(false, first), ...where(false, other)];
      const pastes: Paste[] = [];
      const images = all.map((i) => probe.images[i]);
      for (let turn = 0; turn < times; turn++) pastes.push(...(await measure(all)).pastes);
      return { pastes, say: (list = pastes) => effectOf({ ...probe, images }, pair, list, noFills) };
    };
    return await use({ classes, random, where, measure, measureAll });
  } finally {
    model.optimizer.dispose();
    model.dispose();
  }
}

const noFills = { present: [], ring: [], blur: [] };

/** d of each paste over its k-th control, towards the first class. */
export const rises = (pastes: readonly Paste[], k: number) =>
  pastes.map(({ pasted, controls }) => pasted.probabilities[0] - controls[k].probabilities[0]);

export const controlsOf = (pastes: readonly Paste[]) => pastes[0].controls.map((_, k) => k);

export function some(list: readonly number[], most: number, random: () => number): number[] {
  const rest = [...list];
  const take = () => rest.splice(Math.floor(random() * rest.length), 1)[0];
  return Array.from({ length: Math.min(most, rest.length) }, take);
}
