/** Is the point inside? Coordinates in pixels, y downwards. */
type Inside = (x: number, y: number) => boolean;

export type Box = readonly [left: number, top: number, right: number, bottom: number];

/** A shape and the box outside of which it has no point. */
export interface Shape {
  inside: Inside;
  box: Box;
}

export function ellipse(cx: number, cy: number, rx: number, ry: number): Shape {
  return {
    inside: (x, y) => ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1,
    box: [cx - rx, cy - ry, cx + rx, cy + ry],
  };
}

/** All points nearer than `radius` to the line from (x1, y1) to (x2, y2). */
export function capsule(x1: number, y1: number, x2: number, y2: number, radius: number): Shape {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length2 = dx * dx + dy * dy || 1;
  return {
    inside: (x, y) => {
      const t = Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / length2));
      return (x - x1 - t * dx) ** 2 + (y - y1 - t * dy) ** 2 <= radius * radius;
    },
    box: [
      Math.min(x1, x2) - radius,
      Math.min(y1, y2) - radius,
      Math.max(x1, x2) + radius,
      Math.max(y1, y2) + radius,
    ],
  };
}

/** Everything below the line y = height(x). */
export function below(height: (x: number) => number): Shape {
  return { inside: (x, y) => y >= height(x), box: everywhere };
}

export const everywhere: Box = [
  Number.NEGATIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.POSITIVE_INFINITY,
  Number.POSITIVE_INFINITY,
];

export function union(...shapes: Shape[]): Shape {
  return {
    inside: (x, y) => shapes.some((shape) => shape.inside(x, y)),
    box: [
      Math.min(...shapes.map(({ box }) => box[0])),
      Math.min(...shapes.map(({ box }) => box[1])),
      Math.max(...shapes.map(({ box }) => box[2])),
      Math.max(...shapes.map(({ box }) => box[3])),
    ],
  };
}
