import { epoch, rank } from '../format.js';
import type { ReportedSegment, RunReport } from '../readReport.js';
import { escaped, oneLine } from '../text.js';
import { flagRows } from './flags.js';
import { fitted, labelWidth, spread } from './labels.js';
import { hasBand, type Plan, planOf } from './plan.js';
import { area, fontSize, line, path, pieces, px, text, widthOf } from './svg.js';
import { epochTicks, ticks } from './ticks.js';

// In CSS pixels.
const width = 880;
const left = 34;

/**
 * Mean rank of every segment over the epochs, rank 1 on top, as a picture that needs no page around it. Lines have the
 * colour of their role, those of alerts are thick, their chance rank is dashed. Every line is named at its end; the
 * picture grows with their number, so that no name meets another.
 */
export function trajectoriesSvg(report: RunReport): string {
  return picture(planOf(report), `<style>${ownStyle}</style>\n`);
}

/** The same for a document that has the classes' colours. */
export const inlineTrajectories = (report: RunReport): string => picture(planOf(report), '');

/** Colours written out: what draws SVGs outside a browser often knows no variables. */
const tones = { core: '#1467b8', context: '#08755c', suspect: '#bf3f06', none: '#646b73' };
const toned = Object.entries(tones).map(
  ([role, colour]) =>
    `.t-line.t-${role},.t-chance.t-${role},.t-lead.t-${role}{stroke:${colour}}.t-dot.t-${role},text.t-name.t-${role},.t-band.t-${role}{fill:${colour}}`,
);
const ownStyle = `path{fill:none}text{fill:#4a5158}.t-ground{fill:#fff}.t-grid{stroke:#ece9e4}.t-axis{stroke:#8d9299}
${toned.join('\n')}
.t-chance{stroke-width:1.2;stroke-dasharray:5 4}.t-lead{stroke-opacity:.6}.t-thick{stroke-width:2.6}
.t-band{fill-opacity:.16;stroke:none}
.t-mark{stroke:#b02318}.t-mark.t-warning{stroke:#805300}text.t-flag{fill:#b02318}text.t-flag.t-warning{fill:#805300}`;

/** Where the plot is, and where its values are. */
interface Frame {
  right: number;
  top: number;
  bottom: number;
  worst: number;
  x(epoch: number): number;
  y(rank: number): number;
}

function picture(plan: Plan, style: string): string {
  const { drawn, bold, epochs, alerts } = plan;
  const labels = drawn.map(({ segment }) => fitted(oneLine(segment)));
  const right = width - 29 - Math.max(60, ...labels.map((label) => labelWidth(label) + widthOf('00.0  ')));
  const [first, last] = [epochs[0], epochs[epochs.length - 1]];
  const x = (at: number) =>
    first === last ? (left + right) / 2 : left + 8 + ((right - left - 8) * (at - first)) / (last - first);
  const flags = flagRows(alerts, epochs, x, right);
  const top = 10 + flags.rows * line;
  const bottom = top + Math.max(260, drawn.length * line);
  const worst = worstOf(plan) + 0.4;
  const y = (value: number) => top + ((bottom - top) * (value - 0.75)) / (worst - 0.75);
  const frame: Frame = { right, top, bottom, worst, x, y };

  const marks = flags.placed.flatMap(({ at, level, words, place }) => [
    `<path class="t-mark t-${level}" d="M${px(x(at))} ${px(bottom)}V${px(place ? 4 + place.row * line : top - 6)}"/>`,
    ...(place
      ? [text(place.x, 4 + (place.row + 0.5) * line, place.anchor, escaped(words), `t-flag t-${level}`)]
      : []),
  ]);
  const bands = bold
    .filter(hasBand)
    .map(
      (segment) =>
        `<path class="t-band ${tone(segment)}" d="${area(segment.band, (i) => x(epochs[i]), y)}"/>`,
    );
  // The thick ones last, above the others.
  const lines = [...drawn]
    .sort((a, b) => Number(bold.includes(a)) - Number(bold.includes(b)))
    .flatMap((segment) => lineOf(segment, bold.includes(segment), epochs, frame));
  const height = Math.ceil(bottom + 34 + line);
  const parts = [
    `<rect class="t-ground" width="${width}" height="${height}"/>`,
    ...axes(epochs, frame),
    ...bands,
    ...marks,
    ...lines,
    ...names(plan, labels, frame),
    ...legend(plan, bottom + 34),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" class="trajectories" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(spoken(plan))}" font-family="system-ui, Helvetica, Arial, sans-serif" font-size="${fontSize}">
${style}${parts.join('\n')}
</svg>
`;
}

const tone = ({ role }: Pick<ReportedSegment, 'role'>) => `t-${role ?? 'none'}`;

function worstOf({ drawn, bold }: Plan): number {
  const values = [
    ...drawn.flatMap(({ ranks }) => ranks),
    ...bold.flatMap(({ chanceRanks, band }) => [...chanceRanks, ...band.flatMap((one) => one ?? [])]),
  ];
  return values.reduce<number>((worst, value) => Math.max(worst, value ?? 0), 2.1);
}

function axes(epochs: readonly number[], { right, bottom, worst, x, y }: Frame): string[] {
  return [
    ...ticks(1, worst, y(2) - y(1), 22).flatMap((value) => [
      `<path class="t-grid" d="M${left} ${px(y(value))}H${px(right)}"/>`,
      text(left - 7, y(value), 'end', String(value)),
    ]),
    ...epochTicks(epochs, x).map((at) => text(x(at), bottom + 12, 'middle', epoch(at))),
    text(right + 20, bottom + 12, 'start', 'epoch'),
    `<path class="t-axis" d="M${left} ${px(bottom)}H${px(right)}"/>`,
  ];
}

function lineOf(
  segment: ReportedSegment,
  thick: boolean,
  epochs: readonly number[],
  { x, y }: Frame,
): string[] {
  const series = (list: readonly (number | null)[]) =>
    pieces(list.map((value, i) => (value === null ? null : ([x(epochs[i]), y(value)] as const))));
  const stretches = series(segment.ranks);
  const stroke = thick
    ? `stroke-width="${epochs.length > 150 ? 1.8 : 2.6}"`
    : 'stroke-width="1.2" stroke-opacity="0.75"';
  return [
    ...(thick ? [`<path class="t-chance ${tone(segment)}" d="${path(series(segment.chanceRanks))}"/>`] : []),
    `<path class="t-line ${tone(segment)}" data-segment="${escaped(oneLine(segment.segment))}" ${stroke} d="${path(stretches)}"/>`,
    // A stretch of one has no length to be drawn.
    ...stretches
      .filter(({ length }) => length === 1)
      .map(
        ([[cx, cy]]) =>
          `<circle class="t-dot ${tone(segment)}" cx="${px(cx)}" cy="${px(cy)}" r="${thick ? 4 : 3}"/>`,
      ),
  ];
}

/** At the right, a leader line from each line's height to its rank and name. */
function names({ drawn, bold }: Plan, labels: readonly string[], { right, top, bottom, y }: Frame): string[] {
  const ranks = drawn.map((segment) => segment.ranks.findLast((value) => value !== null)!);
  const places = spread(ranks.map(y), top, bottom);
  const ranksEnd = right + 27 + widthOf('00.0');
  return drawn.flatMap((segment, i) => {
    const whole = oneLine(segment.segment);
    const tip = labels[i] === whole ? '' : `<title>${escaped(whole)}</title>`;
    const classes = `t-name ${tone(segment)}`;
    return [
      `<path class="t-lead ${tone(segment)}" d="M${px(right + 3)} ${px(y(ranks[i]))}L${px(right + 18)} ${px(places[i])}h3"/>`,
      `<g${bold.includes(segment) ? ' font-weight="700"' : ''}>${text(ranksEnd, places[i], 'end', rank(ranks[i]), classes)}${text(ranksEnd + widthOf('  '), places[i], 'start', `${escaped(labels[i])}${tip}`, classes)}</g>`,
    ];
  });
}

function legend({ drawn, bold }: Plan, at: number): string[] {
  const parts: string[] = [];
  let from = left;
  const entry = (classes: string, shape: string, words: string) => {
    parts.push(
      `<path class="${classes}" d="M${px(from)} ${at}${shape}"/>`,
      text(from + 24, at, 'start', words),
    );
    from += 24 + widthOf(words) + 18;
  };
  for (const role of ['core', 'context', 'suspect', null] as const)
    if (drawn.some((segment) => segment.role === role))
      entry(`t-line t-thick ${tone({ role })}`, 'h18', role ?? 'no role');
  if (bold.length) entry(`t-chance ${tone(bold[0])}`, 'h18', 'chance rank');
  if (bold.some(hasBand)) entry(`t-band ${tone(bold[0])}`, 'm0 -5h18v10h-18z', 'reference runs');
  return parts;
}

/** What the picture says, for those who do not see it. */
function spoken({ run, epochs, drawn, others }: Plan): string {
  const ends = drawn.map(
    ({ segment, ranks }) => `${segment} ${rank(ranks.findLast((value) => value !== null))}`,
  );
  return oneLine(
    `Mean rank of ${drawn.length} segments of run ${run.name} from epoch ${epoch(epochs[0])} to ${epoch(epochs[epochs.length - 1])}, rank 1 on top. At the end: ${ends.join(', ')}.${others ? ` ${others} more are not drawn.` : ''}`,
  );
}
