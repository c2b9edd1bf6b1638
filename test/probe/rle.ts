/** COCO's run lengths of a mask, written down literally: down the columns, the first run outside. */
export function cocoCounts(
  width: number,
  height: number,
  inside: (x: number, y: number) => boolean,
): number[] {
  const counts = [0];
  for (let x = 0; x < width; x++)
    for (let y = 0; y < height; y++) {
      if (inside(x, y) !== (counts.length % 2 === 0)) counts.push(0);
      counts[counts.length - 1]++;
    }
  return counts;
}

/** The same as COCO's string: differences to the count two places before, 5 bits a character. */
export function compress(counts: readonly number[]): string {
  return counts
    .map((count, i) => {
      let rest = i > 2 ? count - counts[i - 2] : count;
      let text = '';
      for (;;) {
        const bits = rest & 31;
        rest >>= 5;
        const last = rest === (bits & 16 ? -1 : 0);
        text += String.fromCharCode(48 + bits + (last ? 0 : 32));
        if (last) return text;
      }
    })
    .join('');
}
