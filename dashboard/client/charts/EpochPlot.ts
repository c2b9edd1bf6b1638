import '../locale.js';
import uPlot from 'uplot';
import * as format from '../format.js';
import { fade, onThemeChange, theme } from '../theme.js';
import type { CursorGroup, Linked } from './cursor.js';
import { drawBand, drawHighlight, drawLimits, font, nameLimits } from './draw.js';
import { element } from './element.js';
import { placeLabels } from './labels.js';
import { markElements } from './marks.js';
import type { Line, PlotEvents, PlotModel } from './model.js';
import { nearestIndex, nearestLine, pointUnder } from './pointing.js';
import { rankTicks } from './ticks.js';
import { alone, last } from './values.js';

const labelHeight = 17;
const axisWidth = 44;

/**
 * Lines over epochs: a uPlot instance that lives as long as its set of lines, with labels at the line ends, marks
 * of alerts and the shared cursor as elements above it. Missing values are gaps.
 */
export class EpochPlot implements Linked {
  private readonly plot: uPlot;
  private readonly labels = element('labels');
  private readonly marks = element('marks');
  private readonly cursor = element('cursor');
  private readonly spot = element('spot');
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
    this.spot.hidden = true;
    for (const overlay of [this.marks, this.cursor, this.spot]) this.plot.over.append(overlay);
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
      before.band?.low !== model.band?.low ||
      before.band?.tone !== model.band?.tone ||
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

  /** Says of a point under the pointer what a click on it does. */
  private showSpot(at: { x: number; y: number } | null, index: number): void {
    this.spot.hidden = at === null;
    this.plot.over.style.cursor = at === null ? '' : 'pointer';
    if (at === null) return;
    this.spot.style.transform = `translate(${at.x}px, ${at.y}px)`;
    this.spot.dataset.text = `click: pictures at epoch ${format.epoch(this.model.epochs[index])}`;
    this.spot.classList.toggle('leftwards', at.x > this.plot.over.clientWidth - 170);
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
        drawAxes: [(plot) => drawBand(plot, this.model), (plot) => drawLimits(plot, this.model)],
        draw: [
          (plot) => {
            this.host.dataset.draws = String(Number(this.host.dataset.draws ?? 0) + 1);
            drawHighlight(plot, this.model);
            nameLimits(plot, this.model);
            this.decorate();
          },
        ],
      },
    };
  }

  private gutter(): number {
    return this.host.clientWidth < 520 ? 116 : 148;
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

  private x(epoch: number): number {
    return this.plot.valToPos(epoch, 'x');
  }

  /** For tests and for whoever inspects the page: what the canvas shows. */
  private describe(): void {
    const { lines, domain, range, highlight, epochs, band } = this.model;
    Object.assign(this.host.dataset, {
      series: String(lines.filter(({ hidden }) => !hidden).length),
      epochs: String(epochs.length),
      domain: domain.join(' '),
      range: range.join(' '),
      highlight: highlight ?? '',
      band: band ? String(band.epochs.length) : '',
    });
  }

  /** The elements above the canvas: marks of alerts, and names with values at the line ends. */
  private decorate(): void {
    this.marks.replaceChildren(...markElements(this.model, (epoch) => this.x(epoch)));
    this.decorateLabels();
    this.showCursor(this.group.index);
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
    const point = (event: MouseEvent): { key: string | null; index: number; isOn: boolean } => {
      const box = over.getBoundingClientRect();
      const [left, top] = [event.clientX - box.left, event.clientY - box.top];
      const index = nearestIndex(this.plot, this.model, left);
      this.group.show(index);
      if (index === null) return { key: null, index: -1, isOn: false };
      const key = nearestLine(this.plot, this.model, index, left, top);
      const under =
        key !== null && this.events.open && pointUnder(this.plot, this.model, key, index, left, top);
      this.showSpot(under || null, index);
      return { key, index, isOn: Boolean(under) };
    };
    over.addEventListener('pointermove', (event) => this.events.hover?.(point(event).key));
    over.addEventListener('pointerleave', () => {
      this.group.show(null);
      this.showSpot(null, -1);
      this.events.hover?.(null);
    });
    over.addEventListener('click', (event) => {
      const { key, index, isOn } = point(event);
      if (key === null) return;
      if (isOn) this.events.open?.(key, index);
      else this.events.pin?.(key);
    });
    this.marks.addEventListener('click', (event) => {
      const mark = (event.target as HTMLElement).closest<HTMLElement>('.mark');
      if (!mark || !this.events.flag) return;
      event.stopPropagation();
      this.events.flag(Number(mark.dataset.epoch));
    });
  }
}
