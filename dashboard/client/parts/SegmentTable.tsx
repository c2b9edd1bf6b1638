import { useMemo, useRef, useState } from 'preact/hooks';
import { extent } from '../charts/range.js';
import { last } from '../charts/values.js';
import type { SegmentSeries } from '../data/snapshot.js';
import * as format from '../format.js';
import type { Measure } from '../route.js';
import { powerOfAttributions } from './rankModel.js';
import { Sparkline } from './Sparkline.js';
import { firstShown } from './selection.js';

interface Props {
  rows: SegmentSeries[];
  total: number;
  all: boolean;
  onAll(all: boolean): void;
  measure: Measure;
  highlight: string | null;
  pinned: string | null;
  onHover(name: string | null): void;
  onPin(name: string): void;
}

/** All segments as numbers. Arrow keys go from row to row, Enter pins the segment in the charts. */
export function SegmentTable(props: Props) {
  const { rows, total, all, onAll, measure, highlight, pinned, onHover, onPin } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const isRank = measure === 'rank';
  const power = powerOfAttributions(rows);
  const show = isRank ? format.rank : format.attribution(power);
  // Elements that stay the same are not compared again: pointing at a segment leaves all sparklines alone.
  const sparklines = useMemo(() => {
    const range = extent(rows.map((row) => row[measure])) ?? [0, 1];
    return new Map(
      rows.map((row) => [
        row.name,
        <Sparkline key={row.name} values={row[measure]} range={range} inverted={measure === 'rank'} />,
      ]),
    );
  }, [rows, measure]);
  // One row is in the tab order: the one left last, else the highlighted one.
  const names = rows.map(({ name }) => name);
  const stop = [focused, highlight].find((name) => name !== null && names.includes(name)) ?? names[0];

  const onKeyDown = (event: KeyboardEvent) => {
    const buttons = [...body.current!.querySelectorAll<HTMLButtonElement>('button')];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    buttons[Math.min(buttons.length - 1, Math.max(0, to))].focus();
  };

  return (
    <section class="segments" aria-labelledby="segments-title">
      <h2 id="segments-title">
        Segments{' '}
        <span class="count">
          {rows.length < total ? `${rows.length} of ${total}` : total}
          {!isRank && power !== 0 && `, attributions ${format.unit(power)}`}
        </span>
      </h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Segment</th>
            <th scope="col">
              <span class="hidden">Trajectory</span>
            </th>
            <th scope="col" title={isRank ? 'Mean rank at the newest observation' : undefined}>
              Now
            </th>
            {isRank && (
              <th scope="col" title="The mean rank that its shape alone would get on the same maps, shifted">
                Chance
              </th>
            )}
            <th scope="col" title={isRank ? undefined : 'Largest in size'}>
              Best
            </th>
            <th scope="col">First</th>
            <th scope="col" title="Images that were measured">
              n
            </th>
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={onKeyDown} onMouseLeave={() => onHover(null)}>
          {rows.map((row) => {
            const values = row[measure];
            const classes = [
              `tone-${row.role ?? 'none'}`,
              ...(row.name === highlight ? ['highlighted'] : []),
              ...(row.name === pinned ? ['pinned'] : []),
            ];
            return (
              // biome-ignore lint/a11y/useKeyWithMouseEvents: focus does the same on the button inside
              <tr
                key={row.name}
                class={classes.join(' ')}
                data-segment={row.name}
                onMouseOver={() => onHover(row.name)}
              >
                <th scope="row">
                  <button
                    type="button"
                    aria-pressed={row.name === pinned}
                    tabIndex={row.name === stop ? 0 : -1}
                    title={row.name}
                    onFocus={() => {
                      setFocused(row.name);
                      onHover(row.name);
                    }}
                    onBlur={() => onHover(null)}
                    onClick={() => onPin(row.name)}
                  >
                    <span class="segment-name">{row.name}</span>
                    {row.role && <span class="role">{row.role}</span>}
                  </button>
                </th>
                <td>{sparklines.get(row.name)}</td>
                <td data-column="now">{show(values.at(-1))}</td>
                {isRank && <td data-column="chance">{format.rank(last(row.chance))}</td>}
                <td data-column="best">{show(best(row, measure))}</td>
                <td data-column="first">{show(values.find((value) => value !== null))}</td>
                <td data-column="n">{row.n.at(-1) ?? '–'}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {total > firstShown && (
        <button type="button" class="quiet" aria-pressed={all} onClick={() => onAll(!all)}>
          {all ? 'Show the first only' : `Show all ${total} segments`}
        </button>
      )}
    </section>
  );
}

/** The smallest rank, or the attribution largest in size. */
function best(row: SegmentSeries, measure: Measure): number | null {
  const values = row[measure].filter((value) => value !== null);
  if (values.length === 0) return null;
  if (measure === 'rank') return Math.min(...values);
  return values.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
}
