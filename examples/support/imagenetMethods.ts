import type { Tensor4D } from '@tensorflow/tfjs';
import { type ProbeSet, saliencyMethods } from 'satwatch';
import type { Tf } from './tf.js';

/** A run of one method. */
export interface Entry {
  run: string;
  family: string;
  /** Only every so-manieth photograph is looked at, where all would take too long. */
  every: number;
  /** What the monitor is given. */
  method: { name: string; baseline?: number; baselines?: Tensor4D } & Record<string, unknown>;
}

interface Settings {
  /** Least and largest value of a pixel: black and white. */
  pixels: { low: number; high: number };
  /** Of integrated gradients: a run for each number of steps. */
  steps: number[];
  rule: string;
}

/** Every saliency method, with what it is given beside its defaults. */
export function imagenetMethods(
  tf: Tf,
  { height, width }: Pick<ProbeSet, 'height' | 'width'>,
  settings: Settings,
): Entry[] {
  const { pixels, steps, rule } = settings;
  const { low, high } = pixels;
  const noise: Tensor4D = tf.randomUniform([16, height, width, 3], low, high, 'float32', 1);
  const families: Record<string, ({ name: string; every?: number } & Record<string, unknown>)[]> = {
    gradient: [
      { name: 'gradient' },
      { name: 'smoothgrad', samples: 16 },
      { name: 'input-x-gradient' },
      ...steps.map((count) => ({ name: 'integrated-gradients', baseline: low, steps: count, rule })),
      { name: 'expected-gradients', baselines: noise, samples: 16 },
      { name: 'deep-lift', baseline: low },
      { name: 'lrp-z' },
      { name: 'lrp-epsilon' },
    ],
    squares: [
      { name: 'smoothgrad-squared', samples: 16 },
      { name: 'vargrad', samples: 16 },
    ],
    rectified: [{ name: 'guided-backprop' }, { name: 'deconvnet' }],
    relevance: [
      { name: 'lrp-gamma' },
      { name: 'lrp-z-plus' },
      { name: 'lrp-alpha1-beta0' },
      { name: 'lrp-alpha2-beta1' },
      { name: 'epsilon-plus' },
      { name: 'epsilon-plus-flat' },
      { name: 'epsilon-alpha2-beta1-flat' },
      { name: 'epsilon-alpha2-beta1-box', ...pixels },
      { name: 'deep-taylor', ...pixels },
    ],
    cam: [
      { name: 'grad-cam' },
      { name: 'grad-cam', layer: 'top_relu' },
      { name: 'grad-cam-plus-plus' },
      { name: 'grad-cam-plus-plus', layer: 'top_relu' },
    ],
    removal: [
      // Grey in the place of the window: eyes and nose are nearly black themselves.
      { name: 'occlusion', baseline: 0, window: [28, 28], stride: [28, 28] },
      { name: 'segment-ablation', fill: 'ring' },
      { name: 'segment-shapley', fill: 'ring', every: 4 },
    ],
  };
  const listed = new Set(Object.values(families).flatMap((members) => members.map(({ name }) => name)));
  // Methods that came later, with their defaults.
  families.other = Object.keys(saliencyMethods).flatMap((name) => (listed.has(name) ? [] : { name }));
  return Object.entries(families).flatMap(([family, members]) =>
    members.map(({ every = 1, ...method }): Entry => {
      const what = method.layer ?? (method.steps && `${rule} ${method.steps}`);
      return { run: what ? `${method.name}, ${what}` : method.name, family, every, method };
    }),
  );
}
