import { comparisonWords } from './compareSegments.js';
import { evidence } from './evidence.js';
import { capital, epoch, none, plural, rank } from './format.js';
import { happened, measured } from './measured.js';
import type { ReportedAlert, ReportedSegment, RunReport } from './readReport.js';
import { oneLine } from './text.js';
import { trajectoriesCaption } from './trajectories/index.js';
import { preposition, verdict, whenWords } from './verdict.js';

export interface MarkdownOptions {
  /** Where the pictures are, as links from the document; without them a row of bars in the table stands in. */
  trajectories?: string;
  criticalDifference?: string;
}

/** So many alerts are told in full; the others get a line. */
export const fullAlerts = 20;

/** The report as GitHub's Markdown. Names and messages cannot become markup. */
export function markdownReport(report: RunReport, options: MarkdownOptions = {}): string {
  const { headline, sentences } = verdict(report);
  const { run, alerts, comparison, segments } = report;
  const events = happened(report);
  return `${[
    `# ${text(oneLine(run.name))}: ${text(headline)}`,
    ...sentences.map(text),
    ...(options.trajectories
      ? [
          '## Trajectories',
          image('Mean rank of each segment over the epochs', options.trajectories),
          text(trajectoriesCaption(report)),
        ]
      : []),
    '## Segments',
    table(segments),
    text(tableWords),
    `## ${alerts.length === 0 ? 'Alerts: none' : 'Alerts'}`,
    ...alerts.slice(0, fullAlerts).map(alertText),
    ...(alerts.length > fullAlerts
      ? [
          alerts
            .slice(fullAlerts)
            .map((alert) => `- ${text(alertLine(alert))}`)
            .join('\n'),
        ]
      : []),
    '## Which segments can be told apart',
    ...(options.criticalDifference ? [image('Critical difference diagram', options.criticalDifference)] : []),
    ...(comparison.result ? [text(groupWords(report))] : []),
    ...comparisonWords(comparison).map(text),
    '## How it was measured',
    facts(measured(report)),
    ...(events.length ? [events.map((event) => `- ${text(event)}`).join('\n')] : []),
  ].join('\n\n')}\n`;
}

export const tableWords =
  'Mean ranks over the images that show the segment; chance: what the same maps give when they are shifted at random. n: images measured at the last observation.';

/** "Alarm: 'watermark' towards 'zebra'": what a heading says of an alert. */
function alertTitle({ level, segment, className, rule, role }: ReportedAlert): string {
  const about =
    segment === null
      ? rule
      : `${oneLine(segment)}${role ? ` (${role})` : ''}${className === null ? '' : `, ${preposition(rule)} ${oneLine(className)}`}`;
  return `${capital(level)}: ${about}`;
}

export const alertLine = (alert: ReportedAlert) => `${alertTitle(alert)}, ${alert.rule}, ${whenWords(alert)}`;

/** The groups that the diagram joins, in words. */
export function groupWords({ comparison: { result, names, simplified } }: RunReport): string {
  if (!result) return '';
  const groups = result.maximalCliques.map((group) =>
    result.order
      .filter((i) => group.includes(i))
      .map((i) => oneLine(names[i]))
      .join(', '),
  );
  return groups.length === 0
    ? simplified
      ? ''
      : 'All segments compared differ in rank.'
    : `Not told apart${simplified ? ', among neighbours' : ''}: ${groups.slice(0, 20).join('; ')}${groups.length > 20 ? `; and ${plural(groups.length - 20, 'more group')}` : ''}.`;
}

function table(segments: readonly ReportedSegment[]): string {
  const head = [
    'segment',
    'role',
    'mean rank',
    'chance rank',
    'first',
    'best',
    'at epoch',
    'n',
    'by epoch (top = 1)',
  ];
  const worst = segments.reduce(
    (most, { ranks }) => ranks.reduce<number>((m, value) => Math.max(m, value ?? 0), most),
    2,
  );
  const rows = segments.map((segment) => [
    text(oneLine(segment.segment)),
    segment.role ?? '',
    rank(segment.meanRank),
    rank(segment.chanceRank),
    rank(segment.first),
    rank(segment.best),
    epoch(segment.bestEpoch),
    String(segment.n),
    bars(segment.ranks, worst),
  ]);
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [row(head), row(['---', '---', ...new Array<string>(6).fill('---:'), '---']), ...rows.map(row)].join(
    '\n',
  );
}

const heights = '▁▂▃▄▅▆▇█';

/** Rank 1 is the tallest bar; the last 40 observations. */
function bars(ranks: readonly (number | null)[], worst: number): string {
  return ranks
    .slice(-40)
    .map((value) =>
      value === null ? '·' : heights[Math.round((heights.length - 1) * (1 - (value - 1) / (worst - 1)))],
    )
    .join('');
}

function alertText(alert: ReportedAlert): string {
  return [
    `### ${text(alertTitle(alert))}`,
    text(`${alert.segment === null ? '' : `${alert.rule}, `}${whenWords(alert)}.`),
    `> ${text(alert.alerts[alert.alerts.length - 1].message)}`,
    facts(evidence(alert)),
  ].join('\n\n');
}

const facts = (list: readonly [string, string][]) =>
  list.map(([name, value]) => `- ${text(name)}: ${text(value) || none}`).join('\n');

const image = (said: string, link: string) =>
  `![${said}](<${link.split('/').map(encodeURIComponent).join('/')}>)`;

/** As Markdown that shows just this text, on one line: no markup, no HTML, no links made of addresses. */
function text(plain: string): string {
  return oneLine(plain)
    .replace(/[\\`*[\]<>|~&#$]/g, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
    .replace(/:\/\//g, ':\\/\\/')
    .replace(/\bwww\./gi, 'www\\.')
    .replace(/@/g, '@\u200B')
    .replace(/^([-+=])/, '\\$1')
    .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2');
}
