import { expect, it } from 'vitest';
import { dice, temporaryFolder } from '../task.js';
import { killTrainings } from './kills.js';

// 20 kills: node test/bench/robustness.js kills
it('a killed training leaves a whole file with all that was committed, and goes on as if nothing had been', async () => {
  const folder = temporaryFolder();
  // The dice fall so that one run takes all the kills.
  const report = await killTrainings({ folder, kills: 3, epochs: 8, random: dice(29) });
  expect(report.failures).toEqual([]);
  expect(report).toMatchObject({ kills: 3, damaged: 0, lost: 0, different: 0 });
  expect(report.runs).toBeGreaterThan(0);
  expect(report.rows).toBeGreaterThan(100 * report.runs);
}, 240_000);
