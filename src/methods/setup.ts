import type { Tensor4D } from '@tensorflow/tfjs';
import { methodNamed, type SaliencyMethod, type Score } from '../saliency/index.js';
import { sample } from './sample.js';
import { joined, type Scene } from './scene.js';

/** Pictures that stand in for `baselines`. */
const standIns = 8;

/** A method as it is compared. */
export interface Setup {
  method: SaliencyMethod;
  /** Its options, as `attribute` takes them: the defaults, and what the probe set gives where there is none. */
  options: Record<string, unknown>;
  /** Those given, in words. */
  given: Record<string, string | number>;
  /** That of the scene, or another where the method has no map for it. */
  score: Score;
  /** What its options hold in memory. */
  dispose(): void;
}

/**
 * A method with what it needs beside or in place of its defaults: `baselines` are probe pictures other than those looked at, as far as
 * there are, and the bounds of a pixel, `low` and `high`, are those of the input range.
 */
export async function setUp(name: string, scene: Scene): Promise<Setup> {
  const { inputRange, score } = scene;
  const method = methodNamed(name);
  const options: Record<string, unknown> = { ...method.options };
  const given: Record<string, string | number> = {};
  let baselines: Tensor4D | undefined;
  const lacks = (option: string) => option in options && options[option] === undefined;
  for (const [bound, value] of [
    ['low', Math.min(...inputRange)],
    ['high', Math.max(...inputRange)],
  ] as const)
    if (bound in options) options[bound] = given[bound] = value;
  if (lacks('baselines')) {
    const pictures = await others(scene);
    const { height, width, channels } = scene.probe;
    baselines = scene.tf.tensor4d(joined(pictures), [pictures.length, height, width, channels]);
    options.baselines = baselines;
    given.baselines = `${pictures.length} probe pictures`;
  }
  return { method, options, given, score: explainable(method, score), dispose: () => baselines?.dispose() };
}

function explainable({ scores }: SaliencyMethod, score: Score): Score {
  return !scores || scores.includes(score) ? score : scores[0];
}

/** Other probe pictures, the classes in turn; where all are looked at, some of those. */
async function others({ probe, pixels, chosen, seed }: Scene): Promise<Float32Array[]> {
  const looked = new Set(chosen);
  const all = sample(probe, probe.images.length, seed + 1);
  const ordered = [...all.filter((i) => !looked.has(i)), ...all.filter((i) => looked.has(i))];
  const read = await pixels.read(ordered.slice(0, standIns));
  return read.filter((picture) => picture !== null);
}
