import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printTable } from '../support/printTable.js';
import { say } from './options.js';

/** What an experiment found, as its page under docs/experiments shows it. */
export interface Findings {
  title: string;
  /** The question, and what was done to answer it. */
  asks: string;
  /** How it was measured: sentences. */
  measured: readonly string[];
  /** An SVG document each. */
  figures?: readonly { name: string; svg: string; shows: string }[];
  /** The first row is the head. */
  tables: readonly { title: string; rows: readonly string[][]; notes?: readonly string[] }[];
  /** All numbers. */
  data: unknown;
}

/** Writes `name`.json, `name`.md and the figures to the folder, and the tables to the terminal. */
export function publish(out: string, name: string, findings: Findings): void {
  mkdirSync(out, { recursive: true });
  const { figures = [], tables, data } = findings;
  for (const { name: figure, svg } of figures) writeFileSync(join(out, `${figure}.svg`), svg);
  writeFileSync(join(out, `${name}.json`), `${JSON.stringify(data, rounded)}\n`);
  writeFileSync(join(out, `${name}.md`), page(name, findings));
  for (const { title, rows, notes = [] } of tables) {
    console.log(`\n${title}`);
    printTable(rows.map((row) => [...row]));
    for (const note of notes) console.log(note);
  }
  say(`written to ${join(out, `${name}.md`)}`);
}

/** Five digits are more than any of the numbers has. */
const rounded = (_: string, value: unknown) =>
  typeof value === 'number' && !Number.isInteger(value) && Number.isFinite(value)
    ? Number(value.toPrecision(5))
    : value;

function page(name: string, { title, asks, measured, figures = [], tables }: Findings): string {
  const cells = (row: readonly string[]) =>
    `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const parts = [
    `# ${title}`,
    `${asks} What it says: [the summary](README.md).`,
    ...figures.map(({ name: figure, shows }) => `![${shows}](${figure}.svg)\n\n${shows}.`),
    ...tables.flatMap(({ title: of, rows: [head, ...rows], notes = [] }) => [
      `## ${of}`,
      [cells(head), `|${head.map(() => '---|').join('')}`, ...rows.map(cells)].join('\n'),
      ...(notes.length ? [notes.map((note) => `- ${note}`).join('\n')] : []),
    ]),
    '## How it was measured',
    measured.map((sentence) => `- ${sentence}`).join('\n'),
    `All numbers: [${name}.json](${name}.json). This page is written by the command above.`,
  ];
  return `${parts.join('\n\n')}\n`;
}
