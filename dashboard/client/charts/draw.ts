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

/** Their names, above everything. */
export function nameLimits(plot: uPlot, model: PlotModel): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.font = font.replace('12px', `${11 * devicePixelRatio}px`);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  ctx.lineJoin = 'round';
  ctx.lineWidth = 4 * devicePixelRatio;
  ctx.strokeStyle = fade(theme().surface, 0.85);
  for (const { value, label, tone } of model.limits) {
    const [low, high] = model.range;
    if (value < low || value > high) continue;
    const x = bbox.left + 4 * devicePixelRatio;
    const y = plot.valToPos(value, 'y', true) - 2 * devicePixelRatio;
    ctx.strokeText(label, x, y);
    ctx.fillStyle = theme().tones[tone];
    ctx.fillText(label, x, y);
  }
  ctx.restore();
}

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

/** Stretches of neighbouring values, in canvas px. */
function parts(plot: uPlot, epochs: number[], values: Values): [number, number][][] {
  const found: [number, number][][] = [];
  let part: [number, number][] | undefined;
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

function stroke(ctx: CanvasRenderingContext2D, points: readonly (readonly [number, number])[]): void {
  ctx.beginPath();
  points.forEach(([x, y], i) => {
    if (i) ctx.lineTo(x, y);
    else ctx.moveTo(x, y);
  });
  ctx.stroke();
}
