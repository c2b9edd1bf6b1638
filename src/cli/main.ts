#!/usr/bin/env node
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { SatwatchError } from '../errors.js';
import { dashboardCommand } from './dashboard.js';
import { demoCommand } from './demo.js';
import { runsCommand } from './runs.js';

/** Exit codes: 0 fine, 1 something was found, 2 misused. */
await yargs(hideBin(process.argv))
  .scriptName('satwatch')
  .usage(
    '$0 <command>\n\nTells which named part of the picture an image classifier learns to look at, epoch by epoch.',
  )
  .command(demoCommand)
  .command(dashboardCommand)
  .command(runsCommand)
  .demandCommand(1, 'Name a command.')
  .strict()
  .wrap(Math.min(100, process.stdout.columns ?? 100))
  .recommendCommands()
  .fail((message, error) => {
    if (error && !(error instanceof SatwatchError)) throw error;
    const words = error?.message ?? message;
    // A process that started the page for its training hears why there is none.
    process.send?.({ error: words });
    process.stderr.write(`satwatch: ${words}${error ? '' : ' (see satwatch --help)'}\n`);
    process.exitCode = 2;
  })
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(
      `satwatch: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = 2;
  });
