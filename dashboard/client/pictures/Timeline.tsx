import { extent } from '../charts/range.js';
import type { SegmentSeries, Snapshot } from '../data/snapshot.js';
import * as format from '../format.js';

interface Props {
  snapshot: Snapshot;
  series: SegmentSeries | undefined;
  /** Place of the observation among all. */
  index: number;
  onIndex(index: number): void;
}

const [width, height] = [240, 30];

/** The run's observations in a row under the segment's ranks: where one is, and the way to the others. */
export function Timeline({ snapshot, series, index, onIndex }: Props) {
  const { epochs, alerts } = snapshot;
  const last = epochs.length - 1;
  const values = series?.rank ?? [];
  const [low, high] = extent([values]) ?? [1, 2];
  const x = (i: number) => (width * i) / Math.max(1, last);
  const y = (rank: number) => 4 + ((height - 8) * (rank - low)) / (high - low || 1);
  let path = '';
  values.forEach((value, i) => {
    if (value !== null)
      path += `${values[i - 1] == null ? 'M' : 'L'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
  });
  const raised = alerts
    .filter(({ segment }) => segment === series?.name)
    .map(({ epoch }) => epochs.indexOf(epoch));
  const rank = values[index];
  return (
    <div class={`timeline tone-${series?.role ?? 'none'}`}>
      <button
        type="button"
        class="step"
        aria-label="Earlier"
        title="Left arrow key"
        disabled={index <= 0}
        onClick={() => onIndex(index - 1)}
      >
        ←
      </button>
      <span class="timeline-line">
        <svg viewBox={`-2 0 ${width + 4} ${height}`} preserveAspectRatio="none" aria-hidden="true">
          {[...new Set(raised)].map((i) => i >= 0 && <line key={i} x1={x(i)} x2={x(i)} y1="0" y2={height} />)}
          <path d={path} />
          {last <= 60 &&
            values.map(
              (value, i) =>
                value !== null && <path key={epochs[i]} class="point" d={`M${x(i)} ${y(value)}h0`} />,
            )}
        </svg>
        <input
          type="range"
          aria-label="Observation"
          aria-valuetext={`epoch ${format.epoch(epochs[index])}`}
          min="0"
          max={Math.max(0, last)}
          step="1"
          value={index}
          onInput={({ currentTarget }) => onIndex(Number(currentTarget.value))}
        />
      </span>
      <button
        type="button"
        class="step"
        aria-label="Later"
        title="Right arrow key"
        disabled={index >= last}
        onClick={() => onIndex(index + 1)}
      >
        →
      </button>
      <output class="hidden" aria-live="polite">
        {`Epoch ${format.epoch(epochs[index])}${rank == null ? '' : `, mean rank ${format.rank(rank)}`}`}
      </output>
    </div>
  );
}
