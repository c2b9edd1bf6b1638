import { EpochChart } from '../charts/EpochChart.js';
import type { PlotModel } from '../charts/model.js';
import type { Bands } from '../data/references.js';
import type { SegmentSeries, Snapshot } from '../data/snapshot.js';
import * as format from '../format.js';
import type { Measure } from '../route.js';
import { useCursor } from './hooks.js';
import { powerOfAttributions, rankModel } from './rankModel.js';

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
  /** Of the highlighted segment, and the worst rank of any. */
  bands: Bands | undefined;
  worst: number | null;
  onHover(key: string | null): void;
  onPin(key: string): void;
  onPictures(key: string, index: number): void;
}

/** The trajectories of all segments; rank 1, the most influential, is on top. */
export function RankChart(props: Props) {
  const { shared, snapshot, shown, total, measure, className, highlight, height } = props;
  const isRank = measure === 'rank';
  const power = powerOfAttributions(shown);
  const chosen = snapshot.segments.find(({ name }) => name === highlight);
  const band = isRank ? props.bands?.rank : undefined;
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
              {band && (
                <>
                  <span class={`swatch tone-${chosen.role ?? 'none'}`} aria-hidden="true" />
                  {band.runs === 1 ? 'the reference run' : `${band.runs} reference runs`}
                </>
              )}
              <span class="dashes" aria-hidden="true" />
              {chosen.name} by chance
            </span>
          )}
        </>
      }
      summary={`${isRank ? 'Mean rank' : 'Mean attribution'} of ${shown.length} segments; the values are in the table of segments.${chosen && band ? inWords(chosen.name, band) : ''}`}
      empty={
        snapshot.epochs.length
          ? undefined
          : 'The model is measured before its first batch: that is epoch 0, the baseline. It comes in a moment.'
      }
      model={rankModel({ shared, snapshot, shown, measure, highlight, height, band, worst: props.worst })}
      hover={props.onHover}
      pin={props.onPin}
      open={props.onPictures}
    />
  );
}

/** Where the band ends. */
function inWords(name: string, { runs, epochs, low, high }: Bands['rank']): string {
  const at = low.findLastIndex((value) => value !== null);
  if (at < 0) return '';
  const whose = runs === 1 ? 'the reference run' : `the ${runs} reference runs`;
  return ` In ${whose} ${name} ranks ${format.rank(low[at])} to ${format.rank(high[at])} at epoch ${format.epoch(epochs[at])}.`;
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
