import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { createMonitor, enableWasmTraining, type Observed, type Rule } from 'satwatch';
import { beforeAll, expect, it } from 'vitest';
import { markedTraining, net, probe, temporaryFolder } from '../task.js';
import { wasm } from '../tf.js';

let tf: typeof tfjs;
const root = temporaryFolder();

beforeAll(async () => {
  tf = await wasm();
  enableWasmTraining(tf);
});

/** A rule that finds nothing, and keeps what it was shown of each epoch: first as the newest, then as the past. */
function witness() {
  const seen: { now: number; epoch: number; rows: Observed['rows']; effects: Observed['effects'] }[] = [];
  const rule: Rule = {
    name: 'witness',
    options: {},
    consecutive: 1,
    cooldown: 0,
    evaluate({ observed }) {
      const now = observed[observed.length - 1].epoch;
      for (const { epoch, rows, effects } of observed) seen.push({ now, epoch, rows: [...rows], effects });
      return [];
    },
  };
  return { rule, seen };
}

it('what a rule is shown of an observation stays the same, later and in a resumed run', async () => {
  const store = join(root, 'runs.sqlite');
  const { rule, seen } = witness();
  const options = { probe: probe(), store, run: 'r', inputRange: [0, 1] as [number, number], rules: [rule] };
  const quiet = { verbose: false, channels: [], resume: true };
  const model = net(tf);
  const { xs, ys } = markedTraining(tf, 64);
  let monitor = await createMonitor(tf, { ...options, ...quiet });
  for (let epoch = 0; epoch <= 3; epoch++) {
    if (epoch > 0) await model.fit(xs, ys, { epochs: 1, verbose: 0 });
    if (epoch === 3) {
      await monitor.close();
      monitor = await createMonitor(tf, { ...options, ...quiet });
    }
    await monitor.observe(model, { epoch });
  }
  await monitor.close();
  expect([...new Set(seen.map(({ now }) => now))]).toEqual([0, 1, 2, 3]);
  const sorted = (rows: Observed['rows']) =>
    rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort();
  for (let epoch = 0; epoch <= 2; epoch++) {
    const [newest, ...past] = seen.filter((one) => one.epoch === epoch);
    // 3 segments, both aggregations, over all classes and in each of two.
    expect(newest.rows).toHaveLength(3 * 2 * 3);
    const later = past.filter(({ now }) => now > epoch && now < 3);
    for (const { rows, effects } of later) {
      expect(rows).toEqual(newest.rows);
      expect(effects).toEqual(newest.effects);
    }
    const resumed = past.find(({ now }) => now === 3)!;
    const pick = ({ segment, className, aggregation, n, meanRank, meanAttribution, chanceRank }: any) => ({
      segment,
      className,
      aggregation,
      n,
      meanRank,
      meanAttribution,
      chanceRank,
    });
    expect(sorted(resumed.rows.map(pick))).toEqual(sorted(newest.rows.map(pick)));
  }
});
