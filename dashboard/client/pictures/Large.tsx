import { useEffect, useRef, useState } from 'preact/hooks';
import type { ProbeSummary } from '../../wire.js';
import * as format from '../format.js';
import { type Heat, Picture } from './Picture.js';
import { Bar } from './SatBars.js';
import type { Shown } from './Tile.js';
import { Verdict } from './Verdict.js';

interface Props {
  shown: Shown | undefined;
  place: number;
  total: number;
  probe: ProbeSummary;
  segment: string | null;
  firstEpoch: number | undefined;
  stored: boolean;
  heat: Heat;
  peak: number | null;
  onPlace(place: number): void;
  onShrink(): void;
}

/** One picture as large as there is room, with its whole SAT; a row of it shows its own border. */
export function Large({
  shown,
  place,
  total,
  probe,
  segment,
  firstEpoch,
  stored,
  heat,
  peak,
  onPlace,
  onShrink,
}: Props) {
  const [outlined, setOutlined] = useState(segment);
  const box = useRef<HTMLElement>(null);
  useEffect(() => box.current!.focus(), []);
  return (
    <section class="large" ref={box} tabIndex={-1} aria-label="One picture">
      <nav class="large-nav" aria-label="Pictures">
        <button type="button" class="quiet" onClick={onShrink}>
          All {total} pictures
        </button>
        <button
          type="button"
          class="step"
          aria-label="Previous picture"
          disabled={place <= 0}
          onClick={() => onPlace(place - 1)}
        >
          ↑
        </button>
        <span>
          {place + 1} of {total}
        </span>
        <button
          type="button"
          class="step"
          aria-label="Next picture"
          disabled={place >= total - 1}
          onClick={() => onPlace(place + 1)}
        >
          ↓
        </button>
      </nav>
      {shown && (
        <>
          <div class="large-picture">
            {stored && (
              <Picture
                probe={probe}
                index={shown.picture.index}
                alt={shown.picture.id}
                segment={outlined}
                heat={heat}
                map={shown.map}
                peak={peak}
              />
            )}
          </div>
          <Facts
            shown={shown}
            probe={probe}
            segment={segment}
            firstEpoch={firstEpoch}
            outlined={outlined}
            onOutline={setOutlined}
          />
        </>
      )}
    </section>
  );
}

interface FactsProps {
  shown: Shown;
  probe: ProbeSummary;
  segment: string | null;
  firstEpoch: number | undefined;
  outlined: string | null;
  onOutline(segment: string): void;
}

function Facts({ shown, probe, segment, firstEpoch, outlined, onOutline }: FactsProps) {
  const { picture, rankChange } = shown;
  const { sat } = picture;
  const row = sat?.find((r) => r.segment === segment);
  const largest = Math.max(...(sat ?? []).map(({ attribution }) => Math.abs(attribution))) || 1;
  const power = format.powerOf(largest);
  const digits = 3 - Math.floor(Math.log10(largest / 10 ** power));
  return (
    <div class="large-facts">
      <h3>{picture.id}</h3>
      <p>
        <Verdict picture={picture} classNames={probe.classes.map(({ name }) => name)} />
      </p>
      <p class="sub">
        margin {format.margin(picture.margin)}
        {row && rankChange !== null && rankChange !== 0 && (
          <>
            ; {segment} ranked {format.localRank(row.rank - rankChange)} at epoch {format.epoch(firstEpoch)}
          </>
        )}
      </p>
      {sat ? (
        <table class="sat-table">
          <caption class="hidden">Segment attribution table; a segment's button shows its border</caption>
          <thead>
            <tr>
              <th scope="col">Segment</th>
              <th scope="col">Rank</th>
              <th scope="col">
                <span class="hidden">Bar</span>
              </th>
              <th scope="col">Attribution {format.unit(power)}</th>
              <th scope="col">Area</th>
            </tr>
          </thead>
          <tbody>
            {sat.map((r) => (
              <tr key={r.segment} class={r.segment === segment ? 'own' : ''}>
                <th scope="row">
                  <button
                    type="button"
                    aria-pressed={r.segment === outlined}
                    title={r.segment}
                    onClick={() => onOutline(r.segment)}
                  >
                    <span class="segment-name">{r.segment}</span>
                  </button>
                </th>
                <td>{format.localRank(r.rank)}</td>
                <td>
                  <Bar attribution={r.attribution} largest={largest} />
                </td>
                <td>{format.attribution(power, digits)(r.attribution)}</td>
                <td>{format.percent(r.area / (probe.width * probe.height))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p>Its attribution map held a NaN or an infinity, so it has no table.</p>
      )}
    </div>
  );
}
