import { type Mask, maskFromBitmap, maskToBitmap } from 'satwatch';

/** Masks as they are when somebody did not look closely. A mask may lose all its pixels. */

/** All pixels at most `by` rows and columns from the mask. */
export function dilated(mask: Mask, by: number): Mask {
  const { width, height } = mask;
  const wide = new Uint8Array(width * height);
  maskToBitmap(mask).forEach((inside, p) => {
    if (!inside) return;
    const row = p - (p % width);
    wide.fill(1, Math.max(row, p - by), Math.min(row + width, p + by + 1));
  });
  const tall = new Uint8Array(width * height);
  wide.forEach((inside, p) => {
    if (!inside) return;
    for (let q = p - by * width; q <= p + by * width; q += width) if (q >= 0 && q < tall.length) tall[q] = 1;
  });
  return maskFromBitmap(tall, width, height);
}

/** The pixels farther than `by` rows or columns from all that lies outside; the picture's border is not outside. */
export function eroded(mask: Mask, by: number): Mask {
  return inverted(dilated(inverted(mask), by));
}

function inverted(mask: Mask): Mask {
  const { width, height } = mask;
  return maskFromBitmap(
    maskToBitmap(mask).map((inside) => 1 - inside),
    width,
    height,
  );
}

/** What leaves the picture is lost. */
export function shifted(mask: Mask, [dx, dy]: readonly [dx: number, dy: number]): Mask {
  const { width, height } = mask;
  const moved = new Uint8Array(width * height);
  maskToBitmap(mask).forEach((inside, p) => {
    const [x, y] = [(p % width) + dx, Math.floor(p / width) + dy];
    if (inside && x >= 0 && y >= 0 && x < width && y < height) moved[y * width + x] = 1;
  });
  return maskFromBitmap(moved, width, height);
}

/** Its bounding box. */
export function boxed(mask: Mask): Mask {
  const { width, height } = mask;
  const bitmap = maskToBitmap(mask);
  const box = boxOf(mask);
  for (let y = box.top; y < box.bottom; y++) bitmap.fill(1, y * width + box.left, y * width + box.right);
  return maskFromBitmap(bitmap, width, height);
}

/** The left and the right half, cut at the middle of the bounding box; the middle column of an odd width goes left. */
export function halved(mask: Mask): [left: Mask, right: Mask] {
  const { width, height } = mask;
  const bitmap = maskToBitmap(mask);
  const { left, right } = boxOf(mask);
  const cut = Math.ceil((left + right) / 2);
  const half = (keep: (x: number) => boolean) =>
    maskFromBitmap(
      bitmap.map((inside, p) => (keep(p % width) ? inside : 0)),
      width,
      height,
    );
  return [half((x) => x < cut), half((x) => x >= cut)];
}

/** Ends are exclusive. */
function boxOf(mask: Mask) {
  const box = { left: mask.width, top: mask.height, right: 0, bottom: 0 };
  maskToBitmap(mask).forEach((inside, p) => {
    if (!inside) return;
    const [x, y] = [p % mask.width, Math.floor(p / mask.width)];
    box.left = Math.min(box.left, x);
    box.top = Math.min(box.top, y);
    box.right = Math.max(box.right, x + 1);
    box.bottom = Math.max(box.bottom, y + 1);
  });
  return box;
}
