import type uPlot from 'uplot';
import { fade, theme } from '../theme.js';
import type { PlotModel, Values } from './model.js';

export const font = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

/** Horizontal dotted lines, under the series. */
export function drawLimits(plot: uPlot, model: PlotModel): void {
  const { ctx, bbox } = plot;
  ctx.save();
  for (const { value, tone } of model.limits) {
    const [low, high] = model.range;
    if (value < low || value > high) continue;
    const y = Math.round(plot.valToPos(value, 'y', true)) + 0.5;
    ctx.strokeStyle = theme().tones[tone];
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
    stroke(ctx, [
      [bbox.left, y],
      [bbox.left + bbox.width, y],
    ]);
  }
  ctx.restore();
}

/** Other runs' values behind all lines: filled from the lowest to the highest. */
export function drawBand(plot: uPlot, { band }: PlotModel): void {
  if (!band) return;
  const { ctx, bbox } = plot;
  const { epochs, low, high } = band;
  const color = theme().tones[band.tone];
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = fade(color, 0.14);
  ctx.strokeStyle = fade(color, 0.4);
  ctx.lineWidth = devicePixelRatio;
  ctx.lineJoin = 'round';
  // Both have their gaps at the same epochs.
  const [upper, lower] = [parts(plot, epochs, low), parts(plot, epochs, high)];
  upper.forEach((points, i) => {
    ctx.beginPath();
    for (const [x, y] of [...points, ...lower[i].toReversed()]) ctx.lineTo(x, y);
    ctx.closePath();
    ctx.fill();
    ctx.stroke();
  });
  ctx.restore();
}

/**
 * Their names, above everything, each where neither the highlighted line nor another name runs through it, and no
 * alert's mark if possible.
 */
export function nameLimits(plot: uPlot, model: PlotModel): void {
  const { ctx, bbox } = plot;
  ctx.save();
  const size = 11 * devicePixelRatio;
  ctx.font = font.replace('12px', `${size}px`);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  ctx.lineJoin = 'round';
  ctx.lineWidth = 4 * devicePixelRatio;
  ctx.strokeStyle = fade(theme().surface, 0.85);
  const line = model.lines.find(({ key }) => key === model.highlight);
  const taken: Box[] = (line ? parts(plot, model.epochs, line.values) : []).flatMap((part) =>
    part.slice(1).map((to, i) => around(part[i], to)),
  );
  const marks = model.marks.map(({ epoch }) => {
    const x = plot.valToPos(epoch, 'x', true);
    return { left: x, right: x, top: bbox.top, bottom: bbox.top + bbox.height };
  });
  for (const { value, label, tone } of model.limits) {
    const [low, high] = model.range;
    if (value < low || value > high) continue;
    const y = plot.valToPos(value, 'y', true) - 2 * devicePixelRatio;
    const width = ctx.measureText(label).width;
    const edge = 4 * devicePixelRatio;
    const places = Array.from({ length: 9 }, (_, i) => {
      const left = bbox.left + edge + (i / 8) * (bbox.width - width - 2 * edge);
      return { left, right: left + width, top: y - size, bottom: y };
    });
    const free = places.filter((box) => !taken.some((other) => meet(box, other)));
    const place = free.find((box) => !marks.some((mark) => meet(box, mark))) ?? free[0] ?? places[0];
    taken.push(place);
    ctx.strokeText(label, place.left, y);
    ctx.fillStyle = theme().tones[tone];
    ctx.fillText(label, place.left, y);
  }
  ctx.restore();
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const around = ([x1, y1]: Point, [x2, y2]: Point): Box => ({
  left: Math.min(x1, x2),
  right: Math.max(x1, x2),
  top: Math.min(y1, y2),
  bottom: Math.max(y1, y2),
});

const meet = (a: Box, b: Box) =>
  a.left <= b.right && b.left <= a.right && a.top <= b.bottom && b.top <= a.bottom;

/** The highlighted line above all others, with its underlay. */
export function drawHighlight(plot: uPlot, model: PlotModel): void {
  const line = model.lines.find(({ key }) => key === model.highlight);
  if (!line) return;
  const { ctx, bbox } = plot;
  const color = theme().tones[line.tone];
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left - 8, bbox.top - 8, bbox.width + 16, bbox.height + 16);
  ctx.clip();
  ctx.lineJoin = 'round';
  if (model.underlay) {
    ctx.strokeStyle = fade(theme().tones[model.underlay.tone], 0.8);
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
    for (const part of parts(plot, model.epochs, model.underlay.values)) stroke(ctx, part);
    ctx.setLineDash([]);
  }
  const stretches = parts(plot, model.epochs, line.values);
  // A rim of the background lifts the line off those it crosses.
  for (const [style, width] of [
    [theme().surface, 5.5],
    [color, 2.5],
  ] as const) {
    ctx.strokeStyle = style;
    ctx.lineWidth = width * devicePixelRatio;
    for (const part of stretches) stroke(ctx, part);
  }
  ctx.fillStyle = color;
  const many = model.epochs.length > 60;
  for (const part of stretches)
    for (const [x, y] of part) {
      if (many && part.length > 1) continue;
      ctx.beginPath();
      ctx.arc(x, y, 2.75 * devicePixelRatio, 0, 2 * Math.PI);
      ctx.fill();
    }
  ctx.restore();
}

type Point = readonly [x: number, y: number];

/** Stretches of neighbouring values, in canvas px. */
function parts(plot: uPlot, epochs: number[], values: Values): Point[][] {
  const found: Point[][] = [];
  let part: Point[] | undefined;
  values.forEach((value, i) => {
    if (value === null) {
      part = undefined;
      return;
    }
    if (!part) {
      part = [];
      found.push(part);
    }
    part.push([plot.valToPos(epochs[i], 'x', true), plot.valToPos(value, 'y', true)]);
  });
  return found;
}

function stroke(ctx: CanvasRenderingContext2D, points: readonly Point[]): void {
  ctx.beginPath();
  points.forEach(([x, y], i) => {
    if (i) ctx.lineTo(x, y);
    else ctx.moveTo(x, y);
  });
  ctx.stroke();
}
