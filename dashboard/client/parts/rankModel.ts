import type { Threshold } from '../../wire.js';
import type { Limit, PlotModel } from '../charts/model.js';
import { extent, padded } from '../charts/range.js';
import type { Band } from '../data/references.js';
import type { SegmentSeries, Snapshot } from '../data/snapshot.js';
import * as format from '../format.js';
import type { Measure } from '../route.js';

interface Options {
  shared: Pick<PlotModel, 'epochs' | 'domain' | 'marks'>;
  snapshot: Snapshot;
  /** The segments that are drawn. */
  shown: SegmentSeries[];
  measure: Measure;
  highlight: string | null;
  height: number;
  /** Of the highlighted segment. */
  band?: Band | undefined;
  /** The worst rank that any segment's band reaches. */
  worst?: number | null;
  /** That of several charts; by default what holds this one's values. */
  range?: [number, number];
}

/** What a chart of all segments draws: ranks with 1 on top, or attributions. */
export function rankModel(options: Options): PlotModel {
  const { shared, snapshot, shown, measure, highlight, height, band } = options;
  const isRank = measure === 'rank';
  const visible = new Set(shown.map(({ name }) => name));
  const place = new Map(shown.map(({ name }, i) => [name, i]));
  const power = powerOfAttributions(shown);
  const chosen = snapshot.segments.find(({ name }) => name === highlight);
  const range = () =>
    isRank
      ? rankRange(shown, snapshot.detail.thresholds, options.worst)
      : padded(extent(shown.map(({ attribution }) => attribution)) ?? [0, 1], 1e-6);
  return {
    ...shared,
    height,
    range: options.range ?? range(),
    inverted: isRank,
    highlight,
    lines: snapshot.segments.map((segment) => ({
      key: segment.name,
      label: segment.name,
      tone: segment.role ?? 'none',
      values: segment[measure],
      hidden: !visible.has(segment.name),
      priority: (segment.role === 'suspect' ? 1000 : 500) - (place.get(segment.name) ?? 500),
    })),
    underlay:
      isRank && chosen ? { values: chosen.chance, tone: chosen.role ?? 'none', label: 'chance' } : undefined,
    band: isRank && chosen && band ? { ...band, tone: chosen.role ?? 'none' } : undefined,
    limits: isRank ? limitsOf(snapshot) : [],
    format: isRank ? format.rank : format.attribution(power),
    tick: (value) => `${Number((isRank ? value : value / 10 ** power).toPrecision(4))}`.replace('-', '−'),
  };
}

/** The unit that chart and table share. */
export function powerOfAttributions(shown: SegmentSeries[]): number {
  const [low, high] = extent(shown.map(({ attribution }) => attribution)) ?? [0, 0];
  return format.powerOf(Math.max(-low, high));
}

/** All that may be drawn fits, whichever segment is highlighted: pointing must not move the axis. */
export function rankRange(
  shown: SegmentSeries[],
  thresholds: Threshold[],
  elsewhere?: number | null,
): [number, number] {
  const [, measured] = extent(shown.flatMap(({ rank, chance }) => [rank, chance])) ?? [1, shown.length];
  const worst = Math.max(measured, elsewhere ?? 0, ...thresholds.map(({ rank }) => rank));
  return [0.75, Math.max(worst + 0.4, 2.5)];
}

function limitsOf({ detail, segments }: Snapshot): Limit[] {
  return detail.thresholds.map(({ rank, segment, role, className, perClass }) => ({
    value: rank,
    tone: role ?? segments.find(({ name }) => name === segment)?.role ?? 'ink',
    label: [
      `limit ${rank}`,
      segment ?? (role ? `${role} segments` : 'any segment'),
      ...(className !== null ? [className] : perClass ? ['each class'] : []),
    ].join(', '),
  }));
}
