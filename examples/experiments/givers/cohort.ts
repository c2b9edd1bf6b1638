import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mean } from '../../support/mean.js';
import { bootstrap } from '../judging/evaluate.js';
import { type commonOptions, say } from '../options.js';
import { codeVersion, describe } from '../runs/config.js';
import { type NetName, nets } from '../runs/nets.js';
import { computeAll, hashOf } from '../runs/pool.js';
import type { Job } from '../runs/worker.js';
import { type NetConfig, trainingOf } from './trainedNet.js';

const pairs = [
  { task: 'stripes', kind: 'text' },
  { task: 'houses', kind: 'date' },
  { task: 'fish', kind: 'object' },
];

/** What one kind of job makes of every net: all pairs of task and shortcut, nets, seeds and doses. */
export async function cohort<T extends { backend: string; seconds: number }>(
  kind: 'givers' | 'carriers',
  { cache, workers, seeds: count, quick }: ReturnType<typeof commonOptions>,
) {
  const netNames = quick ? (['plain'] as const) : (Object.keys(nets) as NetName[]);
  const seeds = Array.from({ length: quick ? 1 : count }, (_, i) => i + 1);
  const used = quick ? pairs.slice(1, 2) : pairs;
  const doses = quick ? [0.5] : [0, 0.2, 0.5];
  const configs = used.flatMap((pair) =>
    seeds.flatMap((seed) =>
      netNames.flatMap((net) =>
        doses.map((dose): NetConfig => ({ ...pair, dose, net, seed, ...(quick && { quick }) })),
      ),
    ),
  );
  const jobs = configs.map((config): Job & { name: string } => {
    const training = trainingOf(config);
    const plain = JSON.stringify(Object.entries({ codeVersion, ...training }).sort());
    return {
      ...{ kind, config },
      file: join(cache, `${kind}-${config.task}-${config.net}-${hashOf(plain)}.json`),
      name: `${kind}, ${describe(training)}`,
    };
  });
  await computeAll(jobs, { cache, workers, say });
  const results: T[] = jobs.map(({ file }) => JSON.parse(readFileSync(file, 'utf8')));
  const [kinds, shares] = [
    used.map(({ task, kind: mark }) => `${mark} on ${task}`).join(', '),
    doses.map((dose) => `${100 * dose} %`).join(', '),
  ];
  return {
    results,
    seeds: seeds.length,
    described: `${results.length} nets (${kinds}; ${seeds.length} seeds for each net and dose of ${shares})`,
    backends: [...new Set(results.map(({ backend }) => backend))],
    hours: results.reduce((sum, { seconds }) => sum + seconds, 0) / 3600,
  };
}

/** A mean over nets; the draws of a net hang together, so its interval draws whole nets anew. */
export const overNets = (values: readonly number[]) => ({
  mean: mean(values),
  interval: bootstrap(values, mean),
});

/** Where the effect of all pictures lies, beside the size that a level asks for. */
export const sizes = [
  { name: 'less than half', from: Number.NEGATIVE_INFINITY, to: 0.5 },
  { name: 'half to all', from: 0.5, to: 1 },
  { name: 'up to half more', from: 1, to: 1.5 },
  { name: 'more than that', from: 1.5, to: Number.POSITIVE_INFINITY },
];
