/** A process of the pool: takes jobs by message, one at a time, and leaves the result of each in its file. */
import { loadBackend } from '../../../src/backend/index.js';
import { type BarConfig, barRun } from '../bar/barRun.js';
import { carrierRun } from '../givers/carrierRun.js';
import { giverRun } from '../givers/giverRun.js';
import type { NetConfig } from '../givers/trainedNet.js';
import { mapRun } from '../maps/mapRun.js';
import type { MapConfig } from '../maps/maps.js';
import type { RunConfig } from './config.js';
import { run } from './run.js';
import { save } from './save.js';

export type Job = { file: string } & (
  | { kind: 'run'; config: RunConfig }
  | { kind: 'maps'; config: MapConfig }
  | { kind: 'givers'; config: NetConfig }
  | { kind: 'carriers'; config: NetConfig }
  | { kind: 'bar'; config: BarConfig }
);

const { tf, why } = await loadBackend();

process.on('message', async (job: Job) => {
  try {
    if (job.kind === 'maps') await mapRun(tf, job.config, job.file);
    else if (job.kind === 'bar') await barRun(tf, job.config, job.file);
    else if (job.kind === 'givers') save(job.file, JSON.stringify(await giverRun(tf, job.config)));
    else if (job.kind === 'carriers') save(job.file, JSON.stringify(await carrierRun(tf, job.config)));
    else save(job.file, JSON.stringify(await run(tf, job.config)));
    process.send!({ done: true });
  } catch (error) {
    process.send!({ error: (error as Error).stack ?? String(error) });
  }
});
process.on('disconnect', () => process.exit());
process.send!({ ready: why });
