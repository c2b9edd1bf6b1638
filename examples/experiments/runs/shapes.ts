import type { Shape } from '../../../src/demo/shapes.js';

export function rectangle(left: number, top: number, width: number, height: number): Shape {
  return {
    inside: (x, y) => x >= left && x < left + width && y >= top && y < top + height,
    box: [left, top, left + width, top + height],
  };
}

/** Inside a polygon without crossings, its corners in either order. */
export function polygon(corners: readonly (readonly [x: number, y: number])[]): Shape {
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return {
    inside: (x, y) => {
      let inside = false;
      corners.forEach(([x1, y1], i) => {
        const [x2, y2] = corners[(i + 1) % corners.length];
        if (y1 > y !== y2 > y && x < x1 + ((y - y1) * (x2 - x1)) / (y2 - y1)) inside = !inside;
      });
      return inside;
    },
    box: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
  };
}

/** Corners around (cx, cy), turned by `turn` radians: `radii` are their distances, in equal angles. */
export function star(cx: number, cy: number, radii: readonly number[], turn: number): Shape {
  return polygon(
    radii.map((radius, i) => {
      const angle = turn + (2 * Math.PI * i) / radii.length;
      return [cx + radius * Math.cos(angle), cy + radius * Math.sin(angle)] as const;
    }),
  );
}
