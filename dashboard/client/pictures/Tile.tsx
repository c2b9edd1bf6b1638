import { useMemo } from 'preact/hooks';
import type { ImageDetail, ProbeSummary } from '../../wire.js';
import * as format from '../format.js';
import { type Heat, Picture } from './Picture.js';
import { SatBars } from './SatBars.js';
import { Verdict } from './Verdict.js';

/** Rows of the SAT that have room. */
const listed = 5;

/** A picture to show, wherever it comes from. */
export interface Shown {
  picture: ImageDetail;
  /** Where its map is kept, null where it is not. */
  map: string | null;
  /** The segment's rank minus that at the first observation, where it is known. */
  rankChange: number | null;
}

/** Smallest width, and the height, px. */
export const tileSize = { width: 316, height: 164 };

interface Props {
  shown: Shown;
  probe: ProbeSummary;
  segment: string | null;
  /** Of the run's first observation. */
  firstEpoch: number | undefined;
  stored: boolean;
  heat: Heat;
  peak: number | null;
  onEnlarge(): void;
}

/** One picture of the grid with what the model makes of it. */
export function Tile({ shown, probe, segment, firstEpoch, stored, heat, peak, onEnlarge }: Props) {
  const { picture, map, rankChange } = shown;
  // The same elements as before are not compared again: most tiles stay as they are while others come and go.
  return useMemo(() => {
    const row = picture.sat?.find((r) => r.segment === segment);
    return (
      <>
        <button type="button" class="tile-picture" aria-label={`Enlarge ${picture.id}`} onClick={onEnlarge}>
          {stored && (
            <Picture
              probe={probe}
              index={picture.index}
              alt={picture.id}
              segment={segment}
              heat={heat}
              map={map}
              peak={peak}
            />
          )}
        </button>
        <div class="tile-text">
          {row && (
            <p class="tile-rank">
              rank {format.localRank(row.rank)}
              {rankChange !== null && rankChange !== 0 && (
                <span class="sub">
                  ({format.localRank(row.rank - rankChange)} at epoch {format.epoch(firstEpoch)})
                </span>
              )}
            </p>
          )}
          <p class="tile-verdict" title={picture.id}>
            <Verdict picture={picture} classNames={probe.classes.map(({ name }) => name)} />
          </p>
          <p class="tile-margin">margin {format.margin(picture.margin)}</p>
          {picture.sat ? (
            <SatBars sat={picture.sat} segment={segment} most={listed} />
          ) : (
            <p class="sub">Its attributions were not finite.</p>
          )}
        </div>
      </>
    );
  }, [picture, map, rankChange, probe, segment, firstEpoch, stored, heat, peak]);
}
