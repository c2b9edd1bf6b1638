/** Runs child.ts in this process: `node child.js COMMAND …`. */
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const { module } = await runnerImport(fileURLToPath(new URL('./child.ts', import.meta.url)));
await module.main(process.argv.slice(2));
