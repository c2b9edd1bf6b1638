import { SatwatchError } from '../errors.js';
import type { Mask } from '../types.js';
import { maskFromBitmap, refuseBadSize } from './mask.js';

/** Polygon points are rounded to a grid of fifths of a pixel. */
const scale = 5;

/**
 * The mask of one object's polygons, as pycocotools paints them: every polygon is walked on a grid five times as
 * fine; where the walk passes a column's centre, the column changes between outside and inside from there on down.
 * Polygons are united (a polygon inside another is no hole), parts outside the image are clipped.
 *
 * @param polygons flat lists [x1, y1, x2, y2, …] in pixels
 * @throws SatwatchError MASK_INVALID where a list has an odd length or a coordinate that is not finite
 */
export function maskFromPolygons(
  polygons: readonly (readonly number[])[],
  width: number,
  height: number,
): Mask {
  refuseBadSize(width, height);
  const bitmap = new Uint8Array(width * height);
  polygons.forEach((polygon, p) => {
    if (polygon.length % 2 || !polygon.every(Number.isFinite))
      throw new SatwatchError(
        'MASK_INVALID',
        `polygon ${p}: expected a flat list [x1, y1, x2, y2, …] of finite numbers, got ${polygon.length} values: ` +
          `${polygon.slice(0, 6).join(', ')}${polygon.length > 6 ? ', …' : ''}`,
        `polygon ${p}`,
      );
    paint(bitmap, crossings(polygon, width, height), width, height);
  });
  return maskFromBitmap(bitmap, width, height);
}

/** For each pixel in column-major order: 1 where outside and inside change places. One place more for the very end. */
function crossings(polygon: readonly number[], width: number, height: number): Uint8Array {
  const changes = new Uint8Array(width * height + 1);
  let before: Point | undefined;
  for (const point of walk(polygon)) {
    if (before && point.x !== before.x) {
      const column = ((point.x < before.x ? point.x : point.x - 1) + 0.5) / scale - 0.5;
      if (Number.isInteger(column) && column >= 0 && column < width) {
        const y = (Math.min(point.y, before.y) + 0.5) / scale - 0.5;
        const row = Math.ceil(Math.min(Math.max(y, 0), height));
        changes[column * height + row] ^= 1;
      }
    }
    before = point;
  }
  return changes;
}

interface Point {
  x: number;
  y: number;
}

/** All grid points along the closed outline; an edge goes by steps of 1 in its longer direction. */
function* walk(polygon: readonly number[]): Generator<Point> {
  // Rounding is C's cast of value + 0.5, which goes towards zero also below zero.
  const grid = polygon.map((value) => Math.trunc(scale * value + 0.5));
  for (let i = 0; i < grid.length; i += 2) {
    const from = { x: grid[i], y: grid[i + 1] };
    const to = { x: grid[(i + 2) % grid.length], y: grid[(i + 3) % grid.length] };
    const [across, down] = [Math.abs(to.x - from.x), Math.abs(to.y - from.y)];
    const flat = across >= down;
    const steps = Math.max(across, down);
    // Both directions of an edge have to give the same points, so the slope is always taken from the smaller end.
    const backwards = flat ? from.x > to.x : from.y > to.y;
    const [low, high] = backwards ? [to, from] : [from, to];
    const slope = flat ? (high.y - low.y) / steps : (high.x - low.x) / steps;
    for (let d = 0; d <= steps && steps > 0; d++) {
      const t = backwards ? steps - d : d;
      yield flat
        ? { x: low.x + t, y: Math.trunc(low.y + slope * t + 0.5) }
        : { x: Math.trunc(low.x + slope * t + 0.5), y: low.y + t };
    }
  }
}

/** Column-major: the state runs on from the foot of a column to the head of the next. */
function paint(bitmap: Uint8Array, changes: Uint8Array, width: number, height: number): void {
  let inside = 0;
  for (let x = 0, i = 0; x < width; x++)
    for (let y = 0; y < height; y++, i++) {
      inside ^= changes[i];
      if (inside) bitmap[y * width + x] = 1;
    }
}
