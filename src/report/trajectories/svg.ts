import type { ReportedSegment } from '../readReport.js';
import { widthAtMost } from '../text.js';

/** In CSS pixels. */
export const fontSize = 12;
export const line = 16;

type Point = readonly [x: number, y: number];

/** Stretches of neighbouring values. */
export function pieces(points: readonly (Point | null)[]): Point[][] {
  const found: Point[][] = [];
  points.forEach((point, i) => {
    if (point === null) return;
    if (i === 0 || points[i - 1] === null) found.push([]);
    found[found.length - 1].push(point);
  });
  return found;
}

/** Along the lowest values and back along the highest, a shape a stretch. */
export function area(
  band: ReportedSegment['band'],
  x: (i: number) => number,
  y: (rank: number) => number,
): string {
  const side = (end: 0 | 1) =>
    pieces(band.map((one, i) => (one === null ? null : ([x(i), y(one[end])] as const))));
  const highs = side(1);
  return side(0)
    .map((lows, i) => `${path([[...lows, ...highs[i].toReversed()]])}z`)
    .join('');
}

export const path = (stretches: readonly Point[][]) =>
  stretches.map((stretch) => `M${stretch.map(([a, b]) => `${px(a)} ${px(b)}`).join('L')}`).join('');

export function text(
  at: number,
  y: number,
  anchor: 'start' | 'middle' | 'end',
  content: string,
  classes = '',
): string {
  return `<text x="${px(at)}" y="${px(y + 0.35 * fontSize)}" text-anchor="${anchor}"${classes && ` class="${classes}"`}>${content}</text>`;
}

export const widthOf = (words: string) => widthAtMost(words) * fontSize;
export const px = (value: number) => Number(value.toFixed(1));
