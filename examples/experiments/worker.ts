/** A process of the pool: takes configurations by message, one at a time, and answers each with its result. */
import { loadBackend } from '../../src/backend/index.js';
import type { RunConfig } from './config.js';
import { run } from './run.js';

const { tf, why } = await loadBackend();

process.on('message', async (config: RunConfig) => {
  try {
    process.send!({ result: await run(tf, config) });
  } catch (error) {
    process.send!({ error: (error as Error).stack ?? String(error) });
  }
});
process.on('disconnect', () => process.exit());
process.send!({ ready: why });
