import { refuseUnknownOptions, SatwatchError } from '../errors.js';
import type { CriticalDifference } from '../stats/index.js';
import { groupBars, type Span } from './groupBars.js';
import { escaped, oneLine, shortened, widthAtMost } from './text.js';

export interface DiagramOptions {
  /** The side of rank 1, the most influential. Default 'left'; Demšar (2006) draws it on the right. */
  rankOne?: 'left' | 'right';
}

// In CSS pixels: printed at its own size, the text is 9 point.
const fontSize = 12;
const rowHeight = 18;
const barStep = 7;
const margin = 8;
/** From the axis' end to the labels' ends of the leader lines, and from there to the rank. */
const lead = 14;
const gap = 6;
const longestName = 48;
const mostGroups = 40;
/** In the words for those who do not see it. */
const mostSpoken = 20;

/**
 * A critical difference diagram (Demšar 2006, figure 1) for a paper or a page: the mean ranks on an axis from 1 to k,
 * a leader line to each name, a thick bar over each group that cannot be told apart and, with Nemenyi's test, the
 * critical difference above. A bar is dashed where it passes one that is not of its group. Black on white, text as text. The picture grows with its names, so that no label meets another or
 * the edge; names of more than 48 signs are cut in the middle and kept whole as a tooltip. Of more than 40 groups it joins
 * those of neighbours alone.
 *
 * @param names of the columns of the table that was compared
 * @param compared result of `criticalDifference()`
 * @returns an SVG document of its own, to be written to a file or put into a page
 * @throws SatwatchError BAD_OPTION where there is not a name per column; UNKNOWN_OPTION
 */
export function criticalDifferenceSvg(
  names: readonly string[],
  compared: CriticalDifference,
  options: DiagramOptions = {},
): string {
  const result =
    compared.maximalCliques.length <= mostGroups ? compared : { ...compared, maximalCliques: compared.bars };
  const mirrored = isMirrored(options);
  const { meanRanks, cd = 0 } = result;
  const k = meanRanks.length;
  if (names.length !== k)
    throw new SatwatchError('BAD_OPTION', `${names.length} names for ${k} columns; give one each`, 'names');

  const labels = names.map((name, i) => ({ name: oneLine(name), rank: meanRanks[i].toFixed(2), at: i }));
  const fromLeft = mirrored ? result.order.toReversed() : result.order;
  const left = fromLeft.slice(0, Math.ceil(k / 2)).map((i) => labels[i]);
  const right = fromLeft
    .slice(left.length)
    .reverse()
    .map((i) => labels[i]);

  const rankWidth = Math.max(...labels.map(({ rank }) => widthOf(rank)));
  const beside = (side: typeof labels) =>
    margin + lead + 2 * gap + rankWidth + Math.max(0, ...side.map(({ name }) => widthOf(shown(name))));
  const axisWidth = Math.min(520, Math.max(240, 17 * k));
  // Ranks among more segments than are compared may lie beyond k.
  const worst = Math.max(k, ...meanRanks.map(Math.ceil));
  // The axis is as long as the ranks ask for; only a critical difference beyond all ranks makes it shorter.
  const unit = axisWidth / Math.max(worst - 1, cd);
  const axisLeft = Math.max(beside(left), margin + widthOf(axisTitle) + lead);
  const axisRight = axisLeft + (worst - 1) * unit;
  const x = (rank: number) => (mirrored ? axisRight - (rank - 1) * unit : axisLeft + (rank - 1) * unit);

  const paths: string[] = [];
  const texts: string[] = [];
  const line = (d: string, width: number, more = '') =>
    paths.push(`<path d="${d}" stroke-width="${width}"${more}/>`);
  const text = (at: number, y: number, anchor: 'start' | 'middle' | 'end', content: string) =>
    texts.push(
      `<text x="${px(at)}" y="${px(y + 0.35 * fontSize)}" text-anchor="${anchor}">${content}</text>`,
    );

  let y = margin + fontSize / 2;
  let width = axisRight + beside(right);
  if (result.cd !== undefined) {
    const [end, title] = [axisLeft + cd * unit, `CD = ${cd.toFixed(2)}`];
    const centred = widthOf(title) <= cd * unit;
    text(centred ? (axisLeft + end) / 2 : axisLeft, y, centred ? 'middle' : 'start', title);
    y += 13;
    line(`M${px(axisLeft)} ${y - 4}v8M${px(axisLeft)} ${y}H${px(end)}M${px(end)} ${y - 4}v8`, 1.2);
    y += 19;
    width = Math.max(width, end + margin, axisLeft + widthOf(title) + margin);
  }

  const numbered = numberedRanks(worst, unit);
  for (const rank of numbered) text(x(rank), y, 'middle', String(rank));
  const axisY = y + 15;
  text(axisLeft - lead, axisY, 'end', axisTitle);
  const ticks = unit < 4 ? numbered : Array.from({ length: worst }, (_, i) => i + 1);
  const tick = (rank: number) => `M${px(x(rank))} ${axisY}v${numbered.includes(rank) ? -6 : -3}`;
  line(`M${px(axisLeft)} ${axisY}H${px(axisRight)}${ticks.map(tick).join('')}`, 1.2);

  const levels = groupBars(result, x);
  for (const [level, bars] of levels.entries())
    for (const { runs, whole } of bars) {
      const across = ([from, to]: Span) => `M${px(from)} ${axisY + 12 + level * barStep}H${px(to)}`;
      line(runs.map(across).join(''), 3.5);
      if (runs.length > 1) line(across(whole), 1, ' stroke-dasharray="2 2"');
    }

  const firstRow = axisY + 14 + levels.length * barStep + rowHeight / 2;
  for (const [side, column] of [left, right].entries())
    for (const [row, { name, rank, at }] of column.entries()) {
      const [rowY, out] = [firstRow + row * rowHeight, side === 0 ? -1 : 1];
      const anchor = side === 0 ? 'end' : 'start';
      const edge = (side === 0 ? axisLeft : axisRight) + out * lead;
      line(`M${px(x(meanRanks[at]))} ${axisY}V${px(rowY)}H${px(edge)}`, 0.8);
      text(edge + out * gap, rowY, anchor, rank);
      const whole = shown(name) === name ? '' : `<title>${escaped(name)}</title>`;
      text(edge + out * (2 * gap + rankWidth), rowY, anchor, `${escaped(shown(name))}${whole}`);
    }

  const height = firstRow + (left.length - 0.5) * rowHeight + margin;
  const size = `width="${Math.ceil(width)}" height="${Math.ceil(height)}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}" \
role="img" aria-label="${escaped(spoken(labels, result))}" font-family="Helvetica, Arial, sans-serif" \
font-size="${fontSize}" fill="#000">
<rect ${size} fill="#fff"/>
<g fill="none" stroke="#000">
${paths.join('\n')}
</g>
${texts.join('\n')}
</svg>
`;
}

const axisTitle = 'mean rank';

function isMirrored(options: DiagramOptions): boolean {
  refuseUnknownOptions('criticalDifferenceSvg', options, ['rankOne']);
  const { rankOne = 'left' } = options;
  if (rankOne !== 'left' && rankOne !== 'right')
    throw new SatwatchError('BAD_OPTION', `rankOne is '${rankOne}'; there are: left, right`, 'rankOne');
  return rankOne === 'right';
}

/** The ranks that get a number: all of them or, where that is too tight, 1, the round ones and k if it has room. */
function numberedRanks(k: number, unit: number): number[] {
  const room = widthOf(`${k}`) + 8;
  const step = [1, 5, 10, 50].find((s) => s * unit >= room) ?? 100;
  const round = Array.from({ length: Math.floor(k / step) }, (_, i) => (i + 1) * step);
  const ranks = [1, ...round.filter((rank) => (rank - 1) * unit >= room)];
  return (k - ranks[ranks.length - 1]) * unit >= room ? [...ranks, k] : ranks;
}

/** What the picture says, for those who do not see it. */
function spoken(labels: { name: string; rank: string }[], result: CriticalDifference): string {
  const { order, maximalCliques, cd } = result;
  const ranks = order.map((i) => `${labels[i].name} ${labels[i].rank}`).join(', ');
  const named = (group: number[]) => order.filter((i) => group.includes(i)).map((i) => labels[i].name);
  const spoken = maximalCliques.slice(0, mostSpoken).map((group) => named(group).join(', '));
  const groups = [...spoken, ...(maximalCliques.length > mostSpoken ? ['and more'] : [])].join('; ');
  const difference = cd === undefined ? '' : ` Critical difference ${cd.toFixed(2)}.`;
  return `Critical difference diagram. Mean ranks: ${ranks}.${difference} ${groups ? `Not told apart: ${groups}` : 'All differ'}.`;
}

const shown = (name: string) => shortened(name, longestName);
const widthOf = (text: string) => widthAtMost(text) * fontSize;
const px = (value: number) => Number(value.toFixed(2));
