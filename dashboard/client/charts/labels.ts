export interface Wish {
  key: string;
  /** Where the label would stand best, px from the top. */
  y: number;
  /** Larger is kept where there is no room for all. */
  priority: number;
}

/**
 * Places labels of one height in a column without overlap, each as near to its wish as its neighbours allow; those
 * for which there is no room are left out, lowest priority first.
 */
export function placeLabels(wishes: Wish[], height: number, line: number): Map<string, number> {
  const room = Math.max(0, Math.floor(height / line));
  const kept = [...wishes]
    .sort((a, b) => b.priority - a.priority)
    .slice(0, room)
    .sort((a, b) => a.y - b.y);
  const tops: number[] = [];
  kept.forEach(({ y }, i) => {
    tops[i] = Math.max(y - line / 2, i ? tops[i - 1] + line : 0);
  });
  for (let i = kept.length - 1; i >= 0; i--)
    tops[i] = Math.min(tops[i], i === kept.length - 1 ? height - line : tops[i + 1] - line);
  return new Map(kept.map(({ key }, i) => [key, tops[i]]));
}
