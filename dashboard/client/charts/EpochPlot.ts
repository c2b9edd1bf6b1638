import '../locale.js';
import uPlot from 'uplot';
import * as format from '../format.js';
import { fade, onThemeChange, theme } from '../theme.js';
import type { CursorGroup, Linked } from './cursor.js';
import { placeLabels } from './labels.js';
import type { Line, Mark, PlotEvents, PlotModel, Values } from './model.js';
import { rankTicks } from './ticks.js';

const font = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
const labelHeight = 17;
const axisWidth = 44;
/** A line is pointed at from this near, px. */
const reach = 28;
/** Room a flag takes with its word, px. */
const flagWidth = 60;

/**
 * Lines over epochs: a uPlot instance that lives as long as its set of lines, with labels at the line ends, marks
 * of alerts and the shared cursor as elements above it. Missing values are gaps.
 */
export class EpochPlot implements Linked {
  private readonly plot: uPlot;
  private readonly labels = element('labels');
  private readonly marks = element('marks');
  private readonly cursor = element('cursor');
  private readonly resize: ResizeObserver;
  private readonly leave: (() => void)[];
  private readonly labelOf = new Map<string, HTMLElement>();

  constructor(
    private readonly host: HTMLElement,
    private model: PlotModel,
    private readonly group: CursorGroup,
    private readonly events: PlotEvents,
  ) {
    this.plot = new uPlot(this.options(), this.data(), host);
    for (const overlay of [this.marks, this.cursor]) this.plot.over.append(overlay);
    host.append(this.labels);
    this.host.dataset.draws = '0';
    this.resize = new ResizeObserver(() => this.fit());
    this.resize.observe(host);
    this.leave = [group.join(this), onThemeChange(() => this.plot.redraw(false, true))];
    this.listen();
    this.describe();
  }

  /** Whether the same instance can draw it: the set of lines is what an instance is built for. */
  fits(model: PlotModel): boolean {
    const keys = ({ lines }: PlotModel) => lines.map(({ key }) => key).join('\n');
    return keys(model) === keys(this.model) && model.inverted === this.model.inverted;
  }

  update(model: PlotModel): void {
    const before = this.model;
    this.model = model;
    const changed =
      before.epochs !== model.epochs ||
      model.lines.some((line, i) => line.values !== before.lines[i].values) ||
      String([before.domain, before.range]) !== String([model.domain, model.range]);
    const shown = model.lines.some((line, i) => line.hidden !== before.lines[i].hidden);
    const dressed =
      before.highlight !== model.highlight ||
      before.underlay?.values !== model.underlay?.values ||
      JSON.stringify(before.limits) !== JSON.stringify(model.limits) ||
      model.lines.some((line, i) => line.tone !== before.lines[i].tone);
    if (shown)
      model.lines.forEach((line, i) => {
        this.plot.setSeries(i + 1, { show: !line.hidden });
      });
    if (changed) this.plot.setData(this.data());
    else if (dressed) this.plot.redraw(false);
    if (before.height !== model.height) this.fit();
    this.describe();
    // Otherwise it is decorated when it has been drawn: only then do the scales stand.
    if (!changed && !dressed && !shown) this.decorate();
  }

  destroy(): void {
    for (const leave of this.leave) leave();
    this.resize.disconnect();
    this.plot.destroy();
    this.labels.remove();
  }

  showCursor(index: number | null): void {
    const epoch = index === null ? undefined : this.model.epochs[index];
    this.cursor.hidden = epoch === undefined;
    if (epoch !== undefined) {
      this.cursor.style.left = `${this.x(epoch)}px`;
      this.cursor.dataset.epoch = String(epoch);
      this.cursor.dataset.text = this.model.flags ? `epoch ${format.epoch(epoch)}` : '';
    }
    for (const line of this.model.lines) {
      const value = this.labelOf.get(line.key)?.lastElementChild;
      if (value)
        value.textContent = this.model.format(index === null ? last(line.values) : line.values[index]);
    }
  }

  private fit(): void {
    const width = this.host.clientWidth;
    if (width === 0 || (width === this.plot.width && this.model.height === this.plot.height)) return;
    this.plot.setSize({ width, height: this.model.height });
  }

  private data(): uPlot.AlignedData {
    return [this.model.epochs, ...this.model.lines.map(({ values }) => values)] as uPlot.AlignedData;
  }

  private options(): uPlot.Options {
    const { model } = this;
    const grid = { stroke: () => theme().grid, width: 1 };
    const ink = () => theme().muted;
    return {
      width: Math.max(240, this.host.clientWidth),
      height: model.height,
      padding: [model.flags ? 20 : 8, () => this.gutter(), model.axis ? 0 : 6, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: () => this.model.domain },
        y: { dir: model.inverted ? -1 : 1, range: () => this.model.range },
      },
      axes: [
        {
          stroke: ink,
          font,
          grid,
          ticks: { show: false },
          size: model.axis ? 26 : 0,
          gap: 4,
          space: 44,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000],
          values: (_plot, splits) =>
            splits.map((split, i) => (model.axis ? `${i === 0 ? 'epoch ' : ''}${format.epoch(split)}` : '')),
        },
        {
          stroke: ink,
          font,
          grid,
          ticks: { show: false },
          size: axisWidth,
          gap: 8,
          space: 30,
          ...(model.inverted && {
            splits: (plot) => rankTicks(...this.model.range, plot.over.clientHeight || model.height),
          }),
          values: (_plot, splits) => splits.map((split) => this.model.tick(split)),
        },
      ],
      series: [
        {},
        ...model.lines.map((line, i) => ({
          label: line.key,
          scale: 'y',
          show: !line.hidden,
          width: 1.5,
          ...(line.dash && { dash: line.dash }),
          stroke: () => this.color(this.model.lines[i]),
          points: {
            show: true,
            size: 5,
            width: 1,
            stroke: () => this.color(this.model.lines[i]),
            fill: () => this.color(this.model.lines[i]),
            // A value between two gaps has no line: without a point it would be lost.
            filter: () => alone(this.model.lines[i].values),
          },
        })),
      ],
      hooks: {
        drawAxes: [(plot) => this.drawLimits(plot)],
        draw: [
          (plot) => {
            this.host.dataset.draws = String(Number(this.host.dataset.draws ?? 0) + 1);
            this.nameLimits(plot);
            this.drawHighlight(plot);
            this.decorate();
          },
        ],
      },
    };
  }

  private gutter(): number {
    return this.host.clientWidth < 520 ? 98 : 148;
  }

  private color(line: Line): string {
    const color = theme().tones[line.tone];
    const { highlight } = this.model;
    if (highlight === null) return color;
    if (line.steady) return fade(color, 0.85);
    // The highlighted line itself is drawn above all others, afterwards.
    if (line.key === highlight) return fade(color, 0);
    return fade(color, this.model.lines.length > 24 ? 0.26 : 0.38);
  }

  private drawLimits(plot: uPlot): void {
    const { ctx, bbox } = plot;
    ctx.save();
    for (const { value, tone } of this.model.limits) {
      const [low, high] = this.model.range;
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

  private nameLimits(plot: uPlot): void {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.font = font.replace('12px', `${11 * devicePixelRatio}px`);
    ctx.textAlign = 'left';
    ctx.textBaseline = 'bottom';
    ctx.lineJoin = 'round';
    ctx.lineWidth = 4 * devicePixelRatio;
    ctx.strokeStyle = fade(theme().surface, 0.85);
    for (const { value, label, tone } of this.model.limits) {
      const [low, high] = this.model.range;
      if (value < low || value > high) continue;
      const x = bbox.left + 4 * devicePixelRatio;
      const y = plot.valToPos(value, 'y', true) - 2 * devicePixelRatio;
      ctx.strokeText(label, x, y);
      ctx.fillStyle = theme().tones[tone];
      ctx.fillText(label, x, y);
    }
    ctx.restore();
  }

  private drawHighlight(plot: uPlot): void {
    const { model } = this;
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
      for (const part of this.parts(plot, model.underlay.values)) stroke(ctx, part);
      ctx.setLineDash([]);
    }
    const parts = this.parts(plot, line.values);
    // A rim of the background lifts the line off those it crosses.
    for (const [style, width] of [
      [theme().surface, 5.5],
      [color, 2.5],
    ] as const) {
      ctx.strokeStyle = style;
      ctx.lineWidth = width * devicePixelRatio;
      for (const part of parts) stroke(ctx, part);
    }
    ctx.fillStyle = color;
    const many = model.epochs.length > 60;
    for (const part of parts)
      for (const [x, y] of part) {
        if (many && part.length > 1) continue;
        ctx.beginPath();
        ctx.arc(x, y, 2.75 * devicePixelRatio, 0, 2 * Math.PI);
        ctx.fill();
      }
    ctx.restore();
  }

  /** Stretches of neighbouring values, in canvas px. */
  private parts(plot: uPlot, values: Values): [number, number][][] {
    const parts: [number, number][][] = [];
    let part: [number, number][] | undefined;
    values.forEach((value, i) => {
      if (value === null) {
        part = undefined;
        return;
      }
      if (!part) {
        part = [];
        parts.push(part);
      }
      part.push([plot.valToPos(this.model.epochs[i], 'x', true), plot.valToPos(value, 'y', true)]);
    });
    return parts;
  }

  private x(epoch: number): number {
    return this.plot.valToPos(epoch, 'x');
  }

  /** For tests and for whoever inspects the page: what the canvas shows. */
  private describe(): void {
    const { lines, domain, range, highlight, epochs } = this.model;
    Object.assign(this.host.dataset, {
      series: String(lines.filter(({ hidden }) => !hidden).length),
      epochs: String(epochs.length),
      domain: domain.join(' '),
      range: range.join(' '),
      highlight: highlight ?? '',
    });
  }

  /** The elements above the canvas: marks of alerts, and names with values at the line ends. */
  private decorate(): void {
    this.decorateMarks();
    this.decorateLabels();
    this.showCursor(this.group.index);
  }

  private decorateMarks(): void {
    const flagged = flags(this.model.marks, (epoch) => this.x(epoch));
    this.marks.replaceChildren(
      ...this.model.marks.map((entry) => {
        const { epoch, level, title, resolved } = entry;
        const mark = element(`mark ${level}${resolved ? ' resolved' : ''}`);
        mark.dataset.epoch = String(epoch);
        mark.dataset.level = level;
        mark.title = title;
        mark.style.left = `${this.x(epoch)}px`;
        if (this.model.flags && flagged.has(entry)) {
          const flag = element('flag');
          flag.textContent = level;
          mark.append(flag);
        }
        return mark;
      }),
    );
  }

  private decorateLabels(): void {
    const { plot, model } = this;
    const { offsetLeft, offsetTop, clientWidth, clientHeight } = plot.over;
    // At the tip of the lines, which moves right as the training goes on.
    const tip = this.x(model.epochs.at(-1) ?? model.domain[1]);
    const left = offsetLeft + Math.min(clientWidth, tip) + 7;
    this.labels.style.left = `${left}px`;
    this.labels.style.top = `${offsetTop - 4}px`;
    this.labels.style.width = `${this.host.clientWidth - left}px`;
    const wishes = model.lines.flatMap((line, i) => {
      const value = line.hidden ? null : last(line.values);
      if (value === null) return [];
      const own = line.key === model.highlight ? 1e6 : (line.priority ?? 0);
      return [{ key: line.key, y: plot.valToPos(value, 'y') + 4, priority: own - i * 1e-3 }];
    });
    const tops = placeLabels(wishes, clientHeight + 8, labelHeight);
    for (const [key, label] of this.labelOf)
      if (!tops.has(key)) {
        label.remove();
        this.labelOf.delete(key);
      }
    for (const line of model.lines) {
      const top = tops.get(line.key);
      if (top === undefined) continue;
      let label = this.labelOf.get(line.key);
      if (!label) {
        label = this.makeLabel(line.key);
        this.labelOf.set(line.key, label);
        this.labels.append(label);
      }
      const strong = line.key === model.highlight;
      label.className = `label tone-${line.tone}${strong ? ' strong' : model.highlight === null ? '' : ' receding'}`;
      label.style.top = `${top}px`;
      label.firstElementChild!.textContent = line.label;
    }
  }

  private makeLabel(key: string): HTMLElement {
    const label = element('label');
    label.dataset.key = key;
    label.append(element('name', 'span'), element('value', 'span'));
    label.addEventListener('pointerenter', () => this.events.hover?.(key));
    label.addEventListener('pointerleave', () => this.events.hover?.(null));
    label.addEventListener('click', () => this.events.pin?.(key));
    return label;
  }

  private listen(): void {
    const { over } = this.plot;
    const point = (event: PointerEvent) => {
      const { left, top } = over.getBoundingClientRect();
      const index = this.nearestIndex(event.clientX - left);
      this.group.show(index);
      return index === null ? null : this.nearestLine(index, event.clientX - left, event.clientY - top);
    };
    over.addEventListener('pointermove', (event) => this.events.hover?.(point(event)));
    over.addEventListener('pointerleave', () => {
      this.group.show(null);
      this.events.hover?.(null);
    });
    over.addEventListener('click', (event) => {
      const key = point(event as PointerEvent);
      if (key !== null) this.events.pin?.(key);
    });
  }

  private nearestIndex(left: number): number | null {
    let best: number | null = null;
    let distance = Number.POSITIVE_INFINITY;
    this.model.epochs.forEach((epoch, i) => {
      const away = Math.abs(this.x(epoch) - left);
      if (away < distance) [best, distance] = [i, away];
    });
    return best;
  }

  /** The line nearest to the pointer, measured on the stretch between two observations that it stands in. */
  private nearestLine(index: number, left: number, top: number): string | null {
    const { epochs, lines } = this.model;
    const other = left < this.x(epochs[index]) ? index - 1 : index + 1;
    let best: string | null = null;
    let distance = reach;
    for (const { key, values, hidden } of lines) {
      const value = values[index];
      if (hidden || value == null) continue;
      const next = values[other] ?? value;
      const span = other in epochs ? this.x(epochs[other]) - this.x(epochs[index]) : 0;
      const part = span === 0 ? 0 : (left - this.x(epochs[index])) / span;
      const away = Math.abs(this.plot.valToPos(value + (next - value) * part, 'y') - top);
      if (away < distance) [best, distance] = [key, away];
    }
    return best;
  }
}

const gravity = ['warning', 'alarm', 'severe'];

/** The marks with room for a flag; the gravest, then the earliest, come first. */
function flags(marks: Mark[], x: (epoch: number) => number): Set<Mark> {
  const kept = new Set<Mark>();
  const order = [...marks].sort(
    (a, b) => gravity.indexOf(b.level) - gravity.indexOf(a.level) || a.epoch - b.epoch,
  );
  for (const mark of order)
    if ([...kept].every((other) => Math.abs(x(other.epoch) - x(mark.epoch)) > flagWidth)) kept.add(mark);
  return kept;
}

/** Indices of values without a neighbour. */
function alone(values: Values): number[] {
  return values.flatMap((value, i) =>
    value !== null && values[i - 1] == null && values[i + 1] == null ? [i] : [],
  );
}

export function last(values: Values): number | null {
  return values.findLast((value) => value !== null) ?? null;
}

function stroke(ctx: CanvasRenderingContext2D, points: readonly (readonly [number, number])[]): void {
  ctx.beginPath();
  points.forEach(([x, y], i) => {
    if (i) ctx.lineTo(x, y);
    else ctx.moveTo(x, y);
  });
  ctx.stroke();
}

function element(className: string, tag: 'div' | 'span' = 'div'): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  return made;
}
