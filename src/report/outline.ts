import type { Mask } from '../types.js';

/** A mask as data of SVG paths, in its pixels: its border, and all that lies inside. */
export function maskPaths({ width, height, runs }: Mask): { border: string; inside: string } {
  const rows: number[][] = Array.from({ length: height }, () => []);
  for (let r = 0; r < runs.length; r += 2) {
    // A run may go on over the end of a row.
    for (let [start, rest] = [runs[r], runs[r + 1]]; rest > 0; ) {
      const [y, x] = [Math.floor(start / width), start % width];
      const length = Math.min(rest, width - x);
      rows[y].push(x, x + length);
      start += length;
      rest -= length;
    }
  }
  const lines: string[] = [];
  const inside: string[] = [];
  /** Upright lines that have begun, by x. */
  const upright = new Map<number, number>();
  let above: number[] = [];
  for (let y = 0; y <= height; y++) {
    const row = rows[y] ?? [];
    const ends = onceOnly([...above, ...row]);
    for (let i = 0; i < row.length; i += 2) inside.push(`M${row[i]} ${y}H${row[i + 1]}v1H${row[i]}z`);
    for (let i = 0; i < ends.length; i += 2) lines.push(`M${ends[i]} ${y}H${ends[i + 1]}`);
    for (const [x, from] of upright)
      if (!row.includes(x)) {
        lines.push(`M${x} ${from}V${y}`);
        upright.delete(x);
      }
    for (const x of row) if (!upright.has(x)) upright.set(x, y);
    above = row;
  }
  return { border: lines.join(''), inside: inside.join('') };
}

/** Of two rows' ends those that do not fall together: between them just one row is inside. */
function onceOnly(ends: number[]): number[] {
  const left: number[] = [];
  for (const x of ends.sort((a, b) => a - b)) {
    if (left.at(-1) === x) left.pop();
    else left.push(x);
  }
  return left;
}
