import { expect, it } from 'vitest';
import { temporaryFolder } from '../task.js';
import { shareOneFile } from './locks.js';

// More: node test/bench/robustness.js locks
it('two trainings, two readers and a page get along on one file', async () => {
  const report = await shareOneFile({ folder: temporaryFolder(), epochs: 2 });
  expect(report.failures).toEqual([]);
  expect(report).toMatchObject({ expected: 26, observations: 26, told: 26 });
  expect(report.reads).toBeGreaterThan(2);
}, 240_000);
