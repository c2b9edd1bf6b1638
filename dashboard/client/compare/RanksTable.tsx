import { useEffect, useState } from 'preact/hooks';
import { type EpochLink, indexAt } from '../charts/epochLink.js';
import type { Snapshot } from '../data/snapshot.js';
import * as format from '../format.js';
import { methodOf, optionWords } from '../method.js';
import { firstShown } from '../parts/selection.js';

interface Props {
  snapshots: Snapshot[];
  names: string[];
  total: number;
  all: boolean;
  onAll(all: boolean): void;
  link: EpochLink;
  highlight: string | null;
  pinned: string | null;
  onHover(name: string | null): void;
  onPin(name: string): void;
}

/** The ranks of all runs where the cursor stands, or else at each run's newest observation, as numbers. */
export function RanksTable(props: Props) {
  const { snapshots, names, total, all, onAll, link, highlight, pinned, onHover, onPin } = props;
  const [epoch, setEpoch] = useState(link.epoch);
  useEffect(() => link.listen(setEpoch), [link]);
  const roles = new Map(snapshots.flatMap(({ segments }) => segments.map(({ name, role }) => [name, role])));
  const elsewhere = epoch !== null && snapshots.some(({ epochs }) => !epochs.includes(epoch));
  return (
    <section class="compared-ranks" aria-labelledby="compared-ranks-title">
      <h2 id="compared-ranks-title">
        Mean rank{' '}
        <span class="count">
          and chance rank, {epoch === null ? 'at the newest observation' : `at epoch ${format.epoch(epoch)}`}
          {elsewhere && ', or the nearest that was measured'}
        </span>
      </h2>
      <div class="wide">
        <table>
          <thead>
            <tr>
              <th scope="col">Segment</th>
              {snapshots.map(({ detail: { run } }) => {
                const method = methodOf(run);
                return (
                  <th key={run.id} scope="col" colSpan={2} title={method ? optionWords(method) : undefined}>
                    <span class="of-method">{method?.name ?? '–'}</span>
                    <span class="of-run">{run.name}</span>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody onMouseLeave={() => onHover(null)}>
            {names.map((name) => {
              const classes = [
                `tone-${roles.get(name) ?? 'none'}`,
                ...(name === highlight ? ['highlighted'] : []),
                ...(name === pinned ? ['pinned'] : []),
              ];
              return (
                // biome-ignore lint/a11y/useKeyWithMouseEvents: focus does the same on the button inside
                <tr
                  key={name}
                  class={classes.join(' ')}
                  data-segment={name}
                  onMouseOver={() => onHover(name)}
                >
                  <th scope="row">
                    <button
                      type="button"
                      aria-pressed={name === pinned}
                      title={name}
                      onFocus={() => onHover(name)}
                      onBlur={() => onHover(null)}
                      onClick={() => onPin(name)}
                    >
                      <span class="segment-name">{name}</span>
                      {roles.get(name) && <span class="role">{roles.get(name)}</span>}
                    </button>
                  </th>
                  {snapshots.flatMap(({ detail: { run }, epochs, segments }) => {
                    const series = segments.find((segment) => segment.name === name);
                    const at = epoch === null ? epochs.length - 1 : (indexAt(epochs, epoch) ?? -1);
                    return [
                      <td key={`${run.id} rank`} data-column="now" data-run={run.id}>
                        {format.rank(series?.rank[at])}
                      </td>,
                      <td key={`${run.id} chance`} data-column="chance" data-run={run.id}>
                        {format.rank(series?.chance[at])}
                      </td>,
                    ];
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {total > firstShown && (
        <button type="button" class="quiet" aria-pressed={all} onClick={() => onAll(!all)}>
          {all ? 'Show the first only' : `Show all ${total} segments`}
        </button>
      )}
    </section>
  );
}
