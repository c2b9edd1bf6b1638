import { type Comparison, fails, type MethodReport } from '../methods/index.js';
import type { ProbeSet, Role } from '../types.js';

/** A comparison of methods as text. @param columns of the terminal */
export function methodsTable(compared: Comparison, probe: ProbeSet, columns = 100): string {
  const { methods, images, score, target, kendallW, recommendation } = compared;
  const segments = Math.max(...methods.map(({ ranks }) => ranks.length));
  const w = kendallW === null ? '' : ` Kendall's W over all methods: ${fraction(kendallW)}.`;
  const parts = [
    `${count(methods.length, 'method')} on ${images} pictures with ${segments} segments (score ${score}, target ${target})`,
    figures(methods, recommendation.method),
    legend(methods, columns),
    `Mean rank of each segment (and its chance rank).${w}\n${ranks(methods, probe, columns)}`,
    wrapped(recommendation.reasons.join(' '), columns),
    ...notes(compared, columns),
  ];
  return parts.join('\n\n');
}

function figures(methods: readonly MethodReport[], taken: string | null): string {
  const gap = methods.some(({ completenessGap }) => completenessGap !== null);
  const head = ['', 'ms', 'gradients', 'random', 'top', 'filled', 'others', ...(gap ? ['gap'] : [])];
  const rows = methods.map((report) => {
    const { sanity, ablation } = report;
    return [
      `${report.method === taken ? '→' : fails(sanity) ? '✗' : ' '} ${report.method}`,
      milliseconds(report.milliseconds),
      String(Number(report.gradients.toPrecision(3))),
      sanity ? `${fraction(sanity.all)} (${fraction(sanity.bySize)})` : 'n/a',
      sanity ? fraction(sanity.top) : 'n/a',
      report.readsMasks
        ? 'itself'
        : ablation
          ? `${fraction(ablation.tau)} (${fraction(ablation.bySize)})`
          : '–',
      fraction(report.agreement),
      ...(gap ? [percent(report.completenessGap)] : []),
    ];
  });
  return aligned([head, ...rows]);
}

const explanations: [column: string, meaning: string][] = [
  ['ms', 'time a picture, the median'],
  ['gradients', 'cost a picture, a forward pass counted as a third'],
  ['random', 'ranks with random weights and with the trained ones: the sanity check, ✗ fails'],
  ['top', 'the same with the last layer alone random'],
  ['filled', 'ranks and how far the score moves, a pixel, when a segment is filled'],
  ['others', 'mean ranks and those of the other methods'],
  ['gap', 'how far the maps miss the sum they promise, the median'],
];

function legend(methods: readonly MethodReport[], columns: number): string {
  const gap = methods.some(({ completenessGap }) => completenessGap !== null);
  const lines = explanations.filter(([column]) => gap || column !== 'gap');
  const scale =
    'Numbers from −1 to 1 are Kendall tau-b, 1 = the same order; in brackets: what the sizes of the segments alone give.';
  return [
    wrapped(scale, columns),
    ...lines.map(([column, meaning]) => `  ${column.padEnd(11)}${meaning}`),
  ].join('\n');
}

const byRole: Record<Role, number> = { suspect: 0, core: 1, context: 2 };

/** As many segments as the terminal is wide enough for, those with a role first. */
function ranks(methods: readonly MethodReport[], probe: ProbeSet, columns: number): string {
  const place = (name: string) => byRole[probe.roles[name]] ?? 3;
  const names = [...new Set(methods.flatMap((method) => method.ranks.map(({ segment }) => segment)))].sort(
    (a, b) => place(a) - place(b),
  );
  const cell = (method: MethodReport, name: string) => {
    const rank = method.ranks.find(({ segment }) => segment === name);
    return rank ? `${rank.meanRank.toFixed(1)} (${rank.chanceRank.toFixed(1)})` : '–';
  };
  const first = Math.max(...methods.map(({ method }) => method.length)) + 2;
  let width = first;
  const shown = names.filter((name) => {
    width += 2 + Math.max(short(name).length, 9);
    return width <= columns || name === names[0];
  });
  const more = names.length - shown.length;
  return [
    aligned([
      ['', ...shown.map(short)],
      ...methods.map((method) => [`  ${method.method}`, ...shown.map((name) => cell(method, name))]),
    ]),
    ...(more > 0 ? [`  and ${count(more, 'segment')} more with --json`] : []),
  ].join('\n');
}

/** What was given, and who was refused. */
function notes({ methods, refused }: Comparison, columns: number): string[] {
  const given = methods.filter((method) => Object.keys(method.given).length > 0);
  const reasons = [...new Set(refused.map(({ reason }) => reason))];
  const lines = [
    ...given.map(
      ({ method, given }) =>
        `${method} was given ${Object.entries(given)
          .map(([name, value]) => `${name} ${value}`)
          .join(', ')}`,
    ),
    ...reasons.map((reason) => {
      const names = refused.filter((one) => one.reason === reason).map(({ method }) => method);
      return `not here: ${names.join(', ')}: ${reason}`;
    }),
  ];
  return lines.length ? [lines.map((line) => wrapped(line, columns)).join('\n')] : [];
}

/** The first column to the left, all others to the right. */
function aligned(rows: readonly string[][]): string {
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  return rows
    .map((row) =>
      row
        .map((text, c) => (c === 0 ? text.padEnd(widths[c]) : text.padStart(widths[c])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function wrapped(text: string, columns: number): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1];
    if (line && line.length + word.length >= columns) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines.join('\n');
}

const short = (name: string) => (name.length > 14 ? `${name.slice(0, 13)}…` : name);
const count = (n: number, word: string) => `${n} ${word}${n === 1 ? '' : 's'}`;
const milliseconds = (value: number) => (value < 10 ? value.toFixed(2) : value.toFixed(0));
const percent = (value: number | null) => (value === null ? '' : `${(100 * value).toFixed(1)} %`);

/** .53 */
function fraction(value: number | null | undefined): string {
  if (value == null) return '–';
  return value
    .toFixed(2)
    .replace(/^(-?)0\./, '$1.')
    .replace('-', '−');
}
