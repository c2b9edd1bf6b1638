import type { Tensor } from '@tensorflow/tfjs';
import type { Baseline } from '../saliency/types.js';
import { mean, median } from './average.js';
import type { Seen } from './observe.js';
import { type Scene, scoreOf } from './scene.js';
import type { Setup } from './setup.js';

/**
 * How far the maps miss what the method promises, the sum f(x) − f(b): |sum − (f(x) − f(b))| / |f(x) − f(b)|, the median
 * over the pictures. b is the method's `baseline`, f(b) the mean over its `baselines`.
 */
export async function completenessGap(
  scene: Scene,
  { options, score }: Setup,
  seen: readonly Seen[],
): Promise<number | null> {
  const { explained, answers } = scene;
  const bases = await scene.ask(await pictures(scene, options));
  const gaps = seen.map(({ sat, sum }, i) => {
    const base = mean(bases.map((answer) => scoreOf(answer, explained[i], score)))!;
    const promised = scoreOf(answers[i], explained[i], score) - base;
    return sat && promised !== 0 ? Math.abs(sum - promised) / Math.abs(promised) : Number.NaN;
  });
  return median(gaps.filter(Number.isFinite));
}

/** The baselines as pictures, h·w·c floats each. */
async function pictures(
  { probe: { height, width, channels } }: Scene,
  { baseline, baselines }: Record<string, unknown>,
): Promise<Float32Array[]> {
  const length = height * width * channels;
  if (baselines) {
    const values = (await (baselines as Tensor).data()) as Float32Array;
    return Array.from({ length: values.length / length }, (_, i) =>
      values.slice(i * length, (i + 1) * length),
    );
  }
  const one = (baseline ?? 0) as Baseline;
  if (typeof one === 'number') return [new Float32Array(length).fill(one)];
  return [Array.isArray(one) ? Float32Array.from(one.flat(2)) : ((await one.data()) as Float32Array)];
}
