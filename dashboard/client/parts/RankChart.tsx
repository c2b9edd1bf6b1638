import type { Threshold } from '../../wire.js';
import { EpochChart } from '../charts/EpochChart.js';
import type { Limit, PlotModel } from '../charts/model.js';
import { extent, padded } from '../charts/range.js';
import type { SegmentSeries, Snapshot } from '../data/snapshot.js';
import * as format from '../format.js';
import type { Measure } from '../route.js';
import { useCursor } from './hooks.js';

interface Props {
  shared: Pick<PlotModel, 'epochs' | 'domain' | 'marks'>;
  snapshot: Snapshot;
  /** The segments that are drawn; the rest of `total` waits for "show all". */
  shown: SegmentSeries[];
  total: number;
  measure: Measure;
  className: string | null;
  highlight: string | null;
  height: number;
  onHover(key: string | null): void;
  onPin(key: string): void;
  onPictures(key: string, index: number): void;
}

/** The trajectories of all segments; rank 1, the most influential, is on top. */
export function RankChart(props: Props) {
  const { shared, snapshot, shown, total, measure, className, highlight, height } = props;
  const isRank = measure === 'rank';
  const visible = new Set(shown.map(({ name }) => name));
  const place = new Map(shown.map(({ name }, i) => [name, i]));
  const series = shown.map((segment) => segment[measure]);
  const power = powerOfAttributions(shown);
  const chosen = snapshot.segments.find(({ name }) => name === highlight);
  const range = isRank
    ? rankRange(shown, snapshot.detail.thresholds)
    : padded(extent(series) ?? [0, 1], 1e-6);
  return (
    <EpochChart
      name={measure}
      title={
        <>
          {isRank ? 'Mean rank' : 'Mean attribution'}
          <span class="sub">
            {isRank ? '1 = most influential' : `${format.unit(power)} per pixel`.trim()},{' '}
            {className ?? 'all classes'}
            {shown.length < total && `, ${shown.length} of ${total} segments`}
          </span>
          {chosen && snapshot.epochs.length > 0 && (
            <PicturesButton
              epochs={snapshot.epochs}
              onOpen={(index) => props.onPictures(chosen.name, index)}
            />
          )}
          {isRank && chosen && (
            <span class="key">
              <span class="dashes" aria-hidden="true" />
              {chosen.name} by chance
            </span>
          )}
        </>
      }
      summary={`${isRank ? 'Mean rank' : 'Mean attribution'} of ${shown.length} segments; the values are in the table of segments.`}
      empty={
        snapshot.epochs.length
          ? undefined
          : 'The model is measured before its first batch: that is epoch 0, the baseline. It comes in a moment.'
      }
      model={{
        ...shared,
        height,
        range,
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
          isRank && chosen
            ? { values: chosen.chance, tone: chosen.role ?? 'none', label: 'chance' }
            : undefined,
        limits: isRank ? limitsOf(snapshot) : [],
        format: isRank ? format.rank : format.attribution(power),
        tick: (value) => `${Number((isRank ? value : value / 10 ** power).toPrecision(4))}`.replace('-', '−'),
      }}
      hover={props.onHover}
      pin={props.onPin}
      open={props.onPictures}
    />
  );
}

/** Opens the highlighted segment's pictures where the cursor stands, or else at the newest observation. */
function PicturesButton({ epochs, onOpen }: { epochs: number[]; onOpen(index: number): void }) {
  const index = useCursor() ?? epochs.length - 1;
  return (
    <button
      type="button"
      class="quiet to-pictures"
      title="Or click a point of a line; by keys: move the cursor with the arrows, then Enter"
      onClick={() => onOpen(index)}
    >
      Pictures at epoch {format.epoch(epochs[index])}
    </button>
  );
}

/** The unit that chart and table share. */
export function powerOfAttributions(shown: SegmentSeries[]): number {
  const [low, high] = extent(shown.map(({ attribution }) => attribution)) ?? [0, 0];
  return format.powerOf(Math.max(-low, high));
}

/** All that may be drawn fits, whichever segment is highlighted: pointing must not move the axis. */
function rankRange(shown: SegmentSeries[], thresholds: Threshold[]): [number, number] {
  const [, measured] = extent(shown.flatMap(({ rank, chance }) => [rank, chance])) ?? [1, shown.length];
  const worst = Math.max(measured, ...thresholds.map(({ rank }) => rank));
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
