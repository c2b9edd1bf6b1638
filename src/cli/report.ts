import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { CommandModule } from 'yargs';
import { SatwatchError } from '../errors.js';
import {
  criticalDifferenceSvg,
  htmlReport,
  markdownReport,
  type RunReport,
  readReport,
  trajectoriesSvg,
  verdict,
} from '../report/index.js';
import { openStore, type Store } from '../store/index.js';
import { chosenRun } from './chosenRun.js';

interface Arguments {
  store: string;
  run?: string;
  out?: string;
  json: boolean;
}

export const reportCommand: CommandModule<object, Arguments> = {
  command: 'report <store> [run]',
  describe: 'Tell of a run in Markdown or HTML: verdict, trajectories, alerts with evidence',
  builder: (cli) =>
    cli
      .positional('store', { type: 'string', demandOption: true, describe: 'The SQLite file' })
      .positional('run', { type: 'string', describe: "A run's name; default: 'last'" })
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'FILE.html, or FILE.md with its pictures beside it; default: Markdown, printed',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON document instead of text' }),
  handler({ store: path, run: wanted, out, json }) {
    const format = formatOf(out);
    const store = openStore(path, { readonly: true });
    try {
      const report = readReport(store, chosenRun(store, path, wanted).id);
      const files = out === undefined || format === null ? [] : write(report, store, out, format);
      if (json) print(JSON.stringify({ ...verdict(report), ...report }));
      else if (files.length === 0) process.stdout.write(markdownReport(report));
      else print(`${verdict(report).headline}\nwritten: ${files.join(', ')}`);
    } finally {
      store.close();
    }
  },
};

function formatOf(out: string | undefined): 'md' | 'html' | null {
  if (out === undefined) return null;
  const ending = /\.(md|html)$/i.exec(out)?.[1].toLowerCase();
  if (ending === 'md' || ending === 'html') return ending;
  throw new SatwatchError(
    'BAD_OPTION',
    `--out: got ${JSON.stringify(out)}, expected one file that ends in .md or .html`,
    'out',
  );
}

/** @returns the files written */
function write(report: RunReport, store: Store, out: string, format: 'md' | 'html'): string[] {
  if (format === 'html') return [save(out, htmlReport(report, store))];
  const beside = (what: string) => out.replace(/\.md$/i, `.${what}.svg`);
  const { names, result } = report.comparison;
  const [trajectories, difference] = [beside('trajectories'), beside('critical-difference')];
  const links = {
    trajectories: basename(trajectories),
    ...(result && { criticalDifference: basename(difference) }),
  };
  return [
    save(out, markdownReport(report, links)),
    save(trajectories, trajectoriesSvg(report)),
    ...(result ? [save(difference, criticalDifferenceSvg(names, result))] : []),
  ];
}

function save(file: string, content: string): string {
  try {
    writeFileSync(file, content);
  } catch (error) {
    throw new SatwatchError(
      'BAD_OPTION',
      `--out: ${file} cannot be written: ${(error as Error).message}; name a file in a folder that there is`,
      'out',
      { cause: error },
    );
  }
  return file;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
