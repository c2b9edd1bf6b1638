import { expect, it } from 'vitest';
import { temporaryFolder } from '../task.js';
import { trainTwice } from './memory.js';

// 300 epochs and their memory: node test/bench/robustness.js memory
it('a watched training holds no more tensors from epoch to epoch than an unwatched one', async () => {
  const report = await trainTwice({ folder: temporaryFolder(), epochs: 30, train: 16, probe: 32 });
  expect(report.failures).toEqual([]);
  expect(report.gained).toBe(0);
  expect(report.watched.tensors[1] - report.watched.tensors[0]).toBeLessThanOrEqual(
    report.unwatched.tensors[1] - report.unwatched.tensors[0],
  );
}, 240_000);
