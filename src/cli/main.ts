#!/usr/bin/env node
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { SatwatchError } from '../errors.js';
import { checkCommand } from './check.js';
import { dashboardCommand } from './dashboard.js';
import { demoCommand } from './demo.js';
import { methodsCommand } from './methods.js';
import { nativeCommand } from './native.js';
import { once } from './once.js';
import { reportCommand } from './report.js';
import { runsCommand } from './runs.js';
import { watchCommand } from './watch.js';

const cli = yargs(hideBin(process.argv))
  .scriptName('satwatch')
  .usage(
    '$0 <command>\n\nTells which named part of the picture an image classifier learns to look at, epoch by epoch.',
  )
  .command(demoCommand)
  .command(dashboardCommand)
  .command(runsCommand)
  .command(watchCommand)
  .command(checkCommand)
  .command(reportCommand)
  .command(methodsCommand)
  .command(nativeCommand)
  .demandCommand(1, 'Name a command.')
  .recommendCommands()
  .strict()
  .middleware(once, true)
  .wrap(Math.min(100, process.stdout.columns ?? 100))
  .fail((message, error) => {
    // Of some misuse yargs makes an error of its own.
    if (error && error.name !== 'YError') throw error;
    throw new SatwatchError(
      'UNKNOWN_OPTION',
      `${(message ?? error.message).replace(/[.?]?$/, (end) => end || '.')} See: satwatch --help`,
    );
  });

// Whoever reads may have read enough: `satwatch runs runs.sqlite | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

/** Exit codes: 0 fine, 1 something was found, 2 misused or failed. */
try {
  await cli.parseAsync();
} catch (error) {
  const known = error instanceof SatwatchError;
  const words = error instanceof Error ? error.message : String(error);
  // A process that started the page for its training hears why there is none.
  process.send?.({ error: words });
  process.stderr.write(`satwatch: ${known || !(error instanceof Error) ? words : error.stack}\n`);
  process.exitCode = 2;
}
