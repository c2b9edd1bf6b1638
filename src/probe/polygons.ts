import { SatwatchError } from '../errors.js';
import type { Mask } from '../types.js';
import { ColumnRuns, maxRuns, tooManyRuns } from './columns.js';

/** Polygon points are rounded to a grid of fifths of a pixel. */
const scale = 5;

/** Coordinates up to here keep the grid within whole numbers that are exact. */
const farthest = 100_000_000;

/**
 * The mask of one object's polygons, as pycocotools paints them: every polygon is walked on a grid five times as
 * fine; where the walk passes a column's centre, the column changes between outside and inside from there on down.
 * Polygons are united (a polygon inside another is no hole), parts outside the image are clipped.
 *
 * @param polygons flat lists [x1, y1, x2, y2, …] in pixels
 * @throws SatwatchError MASK_INVALID where a list has an odd length or a coordinate that is not finite or absurd
 */
export function maskFromPolygons(
  polygons: readonly (readonly number[])[],
  width: number,
  height: number,
): Mask {
  const runs = new ColumnRuns(width, height);
  addPolygons(runs, polygons);
  return runs.mask();
}

/** Adds what lies in any of the polygons. */
export function addPolygons(runs: ColumnRuns, polygons: readonly (readonly number[])[]): void {
  polygons.forEach((polygon, p) => {
    if (polygon.length % 2 || !polygon.every((value) => Math.abs(value) <= farthest))
      throw new SatwatchError(
        'MASK_INVALID',
        `polygon ${p}: expected a flat list [x1, y1, x2, y2, …] of numbers between -${farthest} and ${farthest}, ` +
          `got ${polygon.length} values: ${polygon.slice(0, 6).join(', ')}${polygon.length > 6 ? ', …' : ''}`,
        `polygon ${p}`,
      );
    const changes = crossings(polygon, runs).sort();
    // A closed outline passes each column an even number of times.
    for (let i = 0; i < changes.length; i += 2) runs.add(changes[i], changes[i + 1]);
  });
}

/** The pixels, counted down the columns, at which outside and inside change places. */
function crossings(polygon: readonly number[], { width, height }: ColumnRuns): Uint32Array {
  const found: number[] = [];
  // Rounding is C's cast of value + 0.5, which goes towards zero also below zero.
  const grid = polygon.map((value) => Math.trunc(scale * value + 0.5));
  for (let i = 0; i < grid.length; i += 2) {
    const [x1, y1, x2, y2] = [grid[i], grid[i + 1], grid[(i + 2) % grid.length], grid[(i + 3) % grid.length]];
    const rowAt = edge(x1, y1, x2, y2);
    // The centre of column c lies between the grid's 5c + 2 and 5c + 3.
    const first = Math.max(0, Math.ceil((Math.min(x1, x2) - 2) / scale));
    const last = Math.min(width - 1, Math.floor((Math.max(x1, x2) - 3) / scale));
    if (found.length + last - first > 2 * maxRuns) throw tooManyRuns();
    for (let c = first; c <= last; c++) {
      const y = (rowAt(scale * c + 2) + 0.5) / scale - 0.5;
      found.push(c * height + Math.ceil(Math.min(Math.max(y, 0), height)));
    }
  }
  return Uint32Array.from(found);
}

/**
 * The walk along an edge goes by steps of 1 in its longer direction.
 *
 * @returns for x: the smaller y of the two points between which the walk passes from x to x + 1, or back
 */
function edge(x1: number, y1: number, x2: number, y2: number): (x: number) => number {
  const [across, down] = [Math.abs(x2 - x1), Math.abs(y2 - y1)];
  // Both directions of an edge have to give the same points, so the slope is always taken from the smaller end.
  if (across >= down) {
    const [x0, y0] = x1 <= x2 ? [x1, y1] : [x2, y2];
    const slope = (x1 <= x2 ? y2 - y1 : y1 - y2) / across;
    const y = (x: number) => Math.trunc(y0 + slope * (x - x0) + 0.5);
    return (x) => Math.min(y(x), y(x + 1));
  }
  const [x0, y0] = y1 <= y2 ? [x1, y1] : [x2, y2];
  const slope = (y1 <= y2 ? x2 - x1 : x1 - x2) / down;
  return (x) => {
    // Step t is before the passing, t + 1 behind it. Division finds t up to rounding; the walk itself decides.
    const before = (t: number) => Math.trunc(x0 + slope * t + 0.5) <= x === slope > 0;
    let t = Math.floor((x + 0.5 - x0) / slope);
    while (!before(t)) t--;
    while (before(t + 1)) t++;
    return y0 + t;
  };
}
