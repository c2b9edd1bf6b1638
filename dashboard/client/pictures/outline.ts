/** Intervals [start, end, start, end, …] of a row. */
type Row = number[];

/** The border of a mask and what lies within, in pixels of the mask: crisp at any scale. */
export interface Outline {
  border: Path2D;
  inside: Path2D;
}

/** @param runs row-major [start, length, …]; a run may go on over the end of a row. */
export function outline(runs: readonly number[], width: number, height: number): Outline {
  const rows: Row[] = Array.from({ length: height }, () => []);
  for (let r = 0; r < runs.length; r += 2) {
    let [start, rest] = [runs[r], runs[r + 1]];
    while (rest > 0) {
      const [y, x] = [Math.floor(start / width), start % width];
      const length = Math.min(rest, width - x);
      rows[y].push(x, x + length);
      start += length;
      rest -= length;
    }
  }
  const [border, inside] = [new Path2D(), new Path2D()];
  const line = (x0: number, y0: number, x1: number, y1: number) => {
    border.moveTo(x0, y0);
    border.lineTo(x1, y1);
  };
  let above: Row = [];
  for (let y = 0; y <= height; y++) {
    const row = rows[y] ?? [];
    for (let i = 0; i < row.length; i += 2) {
      line(row[i], y, row[i], y + 1);
      line(row[i + 1], y, row[i + 1], y + 1);
      inside.rect(row[i], y, row[i + 1] - row[i], 1);
    }
    const ends = symmetricDifference(above, row);
    for (let i = 0; i < ends.length; i += 2) line(ends[i], y, ends[i + 1], y);
    above = row;
  }
  return { border, inside };
}

/** Where exactly one of two rows is inside: of all ends in order, those that fall together cancel out. */
function symmetricDifference(a: Row, b: Row): Row {
  const ends: Row = [];
  for (const x of [...a, ...b].sort((p, q) => p - q)) {
    if (ends.at(-1) === x) ends.pop();
    else ends.push(x);
  }
  return ends;
}

/**
 * A light line with a dark one around it, which shows on every picture, on an empty canvas. Both lie outside the mask:
 * of what is a pixel thin they would hide all.
 * @param scale device px a mask pixel. @param ratio device px a CSS px.
 */
export function strokeOutline(
  ctx: CanvasRenderingContext2D,
  { border, inside }: Outline,
  scale: number,
  ratio: number,
): void {
  // On the small pictures of an alert the lines are thinner too.
  const unit = ((ctx.canvas.width < 100 * ratio ? 0.75 : 1) * ratio) / scale;
  ctx.lineCap = 'square';
  for (const [color, width] of [
    ['#000000', 4],
    ['#ffffff', 2.2],
  ] as const) {
    ctx.strokeStyle = color;
    ctx.lineWidth = width * unit;
    ctx.stroke(border);
  }
  ctx.globalCompositeOperation = 'destination-out';
  ctx.fill(inside);
  ctx.globalCompositeOperation = 'source-over';
}
