import type { SatRow } from '../../wire.js';
import * as format from '../format.js';

interface Props {
  /** In order of rank. */
  sat: SatRow[];
  /** The row that stands out; it is always among those listed. */
  segment: string | null;
  most: number;
}

/** A picture's SAT: its parts by rank, each with its attribution as a bar to the left (negative) or right of zero. */
export function SatBars({ sat, segment, most }: Props) {
  const own = sat.findIndex((row) => row.segment === segment);
  const rows = own < most ? sat.slice(0, most) : [...sat.slice(0, most - 1), sat[own]];
  const largest = Math.max(...sat.map(({ attribution }) => Math.abs(attribution))) || 1;
  return (
    <ol class="sat">
      {rows.map((row, i) => (
        <li
          key={row.segment}
          class={`${row.segment === segment ? 'own' : ''}${own >= most && i === most - 1 ? ' apart' : ''}`}
          title={`${row.segment}: attribution ${format.exact(row.attribution)}`}
        >
          <span class="sat-rank">{format.localRank(row.rank)}</span>
          <span class="sat-name">{row.segment}</span>
          <Bar attribution={row.attribution} largest={largest} />
        </li>
      ))}
    </ol>
  );
}

export function Bar({ attribution, largest }: { attribution: number; largest: number }) {
  const part = (50 * Math.abs(attribution)) / largest;
  return (
    <span class="sat-bar">
      <i class={attribution < 0 ? 'minus' : 'plus'} style={{ width: `${part}%` }} />
    </span>
  );
}
