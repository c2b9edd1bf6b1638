// Fills docs/performance.md from docs/bench/*.json: what stands between `<!-- bench NAME -->` and `<!-- end -->` is made anew
// from NAME.json; and the table of agreement in docs/attribution.md. `npm run bench -- --save` ends with it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadText, tableOf } from './frame.js';

const docs = join(import.meta.dirname, '../../docs');
const page = join(docs, 'performance.md');
const text = readFileSync(page, 'utf8').replace(
  /(<!-- bench ([\w-]+) -->\n)[\s\S]*?(<!-- end -->)/g,
  (_, begin, name, end) => {
    const file = join(docs, 'bench', `${name}.json`);
    const block = existsSync(file) ? describe(JSON.parse(readFileSync(file, 'utf8'))) : 'Not measured yet.';
    return `${begin}\n${block}\n\n${end}`;
  },
);
writeFileSync(page, text);

const methods = join(docs, 'attribution.md');
writeFileSync(
  methods,
  readFileSync(methods, 'utf8').replace(
    /(<!-- agreement -->\n)[\s\S]*?(<!-- end -->)/,
    (_, begin, end) => `${begin}\n${agreement()}\n\n${end}`,
  ),
);

/** The deviations that test/saliency/reference.test.ts wrote down on each backend. */
function agreement() {
  const backends = ['wasm', 'tensorflow', 'cpu'].map(
    (name) => JSON.parse(readFileSync(join(docs, 'bench', `agreement-${name}.json`), 'utf8')).deviations,
  );
  const models = Object.keys(backends[0].gradient);
  const power = (deviation) => (deviation === undefined ? '' : deviation.toExponential(0));
  const row = (cells) => `| ${cells.join(' | ')} |`;
  return [
    row(['method', ...models]),
    row(['---', ...models.map(() => '---')]),
    ...Object.keys(backends[0]).map((method) =>
      row([
        `\`${method}\``,
        ...models.map((model) =>
          backends
            .map((deviations) => power(deviations[method][model]))
            .filter(Boolean)
            .join(' / '),
        ),
      ]),
    ),
  ].join('\n');
}

function describe(result) {
  const { title, date, command, quick, machine, node, versions, load, notes } = result;
  const { head, body } = tableOf(result);
  const row = (cells) => `| ${cells.join(' | ')} |`;
  const used = Object.entries({ Node: node, ...versions }).map(([name, version]) => `${name} ${version}`);
  return [
    `${title}. \`${command}\`, ${date.slice(0, 10)}; ${machine.cpu}, ${machine.cores} cores, ${machine.system.split(' ').slice(0, 2).join(' ')}; ${used.join(', ')}; ${loadText(load)}${quick ? '; made with --quick: no figure' : ''}.`,
    [row(head), row(head.map((_, c) => (c ? '---:' : '---'))), ...body.map(row)].join('\n'),
    ...(notes.length ? [notes.map((note) => `- ${note}`).join('\n')] : []),
  ].join('\n\n');
}
