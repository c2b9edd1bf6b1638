/** Runs fixture.ts in this process: `node child.js STORE [OPTIONS-AS-JSON]`, then commands on standard input. */
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const fixture = fileURLToPath(new URL('./fixture.ts', import.meta.url));
const { module } = await runnerImport(fixture);
await module.main(process.argv.slice(2));
