import { escaped } from '../../src/report/text.js';

export interface Line {
  name: string;
  /** low and high: an interval, drawn as a pale band. */
  points: { x: number; y: number; low?: number; high?: number }[];
}

export interface Panel {
  title: string;
  xLabel: string;
  yLabel: string;
  lines: Line[];
  /** Default: 0 to 1. */
  yRange?: [low: number, high: number];
  /** Default: every x that a line has. They begin and end the axis. */
  xTicks?: number[];
  /** The lines are steps of one thing: from pale to dark. */
  ordered?: boolean;
}

// Okabe and Ito's colours, which people who see few colours can tell apart.
export const colours = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#000000',
  '#999999',
  '#f0e442',
];
const [width, height] = [300, 200];
const [left, top, gap, foot] = [52, 34, 76, 44];

/** Line charts in a row, each with its legend under it; an SVG document of its own. */
export function figure(panels: readonly Panel[]): string {
  const most = Math.max(...panels.map(({ lines }) => Math.ceil(lines.length / legendColumns(lines))));
  const [total, bottom] = [left + panels.length * (width + gap), top + height + foot + 18 * most + 12];
  // A name has one colour in all panels.
  const names = [
    ...new Set(panels.flatMap(({ lines, ordered }) => (ordered ? [] : lines.map(({ name }) => name)))),
  ];
  const drawn = panels.map((panel, i) => chart(panel, left + i * (width + gap), names));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${total}" height="${bottom}" viewBox="0 0 ${total} ${bottom}" font-family="Helvetica, Arial, DejaVu Sans, sans-serif" font-size="12"><title>${escaped(panels.map(({ title }) => title).join('; '))}</title><rect width="100%" height="100%" fill="#fff"/>${drawn.join('')}</svg>\n`;
}

/** Two where the names are short enough. */
const legendColumns = (lines: readonly Line[]) => (lines.some(({ name }) => name.length > 20) ? 1 : 2);

function chart(panel: Panel, x0: number, names: readonly string[]): string {
  const { title, xLabel, yLabel, lines, yRange = [0, 1], xTicks: ticks, ordered } = panel;
  const columns = legendColumns(lines);
  const colour = (i: number) =>
    ordered
      ? `hsl(210 80% ${78 - (56 * i) / Math.max(1, lines.length - 1)}%)`
      : colours[names.indexOf(lines[i].name) % colours.length];
  const key = (name: string, i: number) => {
    const [u, v] = [
      x0 + (width / 2 + 24) * (i % columns),
      top + height + foot + 14 + 18 * Math.floor(i / columns),
    ];
    return `<path d="M${u} ${v - 4}h20" stroke="${colour(i)}" stroke-width="2"/>${text(u + 26, v, 'start', name)}`;
  };
  const xs =
    ticks ?? [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const [first, last] = [xs[0] ?? 0, xs.at(-1) ?? 1];
  const x = (value: number) => x0 + ((value - first) / (last - first || 1)) * width;
  const y = (value: number) => {
    const inside = Math.max(yRange[0], Math.min(yRange[1], value));
    return top + height - ((inside - yRange[0]) / (yRange[1] - yRange[0])) * height;
  };
  const at = (u: number, v: number) => `${x(u).toFixed(1)} ${y(v).toFixed(1)}`;
  const yTicks = Array.from({ length: 6 }, (_, i) => yRange[0] + (i / 5) * (yRange[1] - yRange[0]));
  // Labels that would touch the one before are left out.
  let free = Number.NEGATIVE_INFINITY;
  const xTicks = xs.filter((value) => {
    if (x(value) < free) return false;
    free = x(value) + 22;
    return true;
  });
  return [
    text(x0, top - 14, 'start', title),
    ...yTicks.map(
      (v) =>
        `<path d="M${x0} ${y(v).toFixed(1)}h${width}" stroke="#ddd"/>${text(x0 - 6, y(v) + 4, 'end', short(v))}`,
    ),
    ...xTicks.map((v) => text(x(v), top + height + 16, 'middle', short(v))),
    text(x0 + width / 2, top + height + 34, 'middle', xLabel),
    `<g transform="translate(${x0 - 38} ${top + height / 2}) rotate(-90)">${text(0, 0, 'middle', yLabel)}</g>`,
    ...lines.flatMap(({ name, points }, i) => {
      const shown = points.filter((point) => Number.isFinite(point.y));
      const banded = shown.filter(({ low, high }) => low !== undefined && high !== undefined);
      const around = [
        ...banded.map((point) => at(point.x, point.high!)),
        ...banded.toReversed().map((point) => at(point.x, point.low!)),
      ];
      const band =
        banded.length > 1 ? `<path d="M${around.join('L')}Z" fill="${colour(i)}" opacity="0.12"/>` : '';
      const path = shown.map((point) => at(point.x, point.y)).join('L');
      const dots = (shown.length > 20 ? [] : shown).map(
        (point) =>
          `<circle cx="${x(point.x).toFixed(1)}" cy="${y(point.y).toFixed(1)}" r="2.2" fill="${colour(i)}"/>`,
      );
      return path
        ? [
            `${key(name, i)}${band}<path d="M${path}" fill="none" stroke="${colour(i)}" stroke-width="1.6"/>${dots.join('')}`,
          ]
        : [];
    }),
  ].join('');
}

export const text = (x: number, y: number, anchor: string, content: string) =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escaped(content)}</text>`;
const short = (value: number) => String(Number(value.toFixed(2)));
