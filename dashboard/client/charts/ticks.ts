const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** Whole ranks with 1 always among them: the top is what the chart is about. */
export function rankTicks(low: number, high: number, height: number): number[] {
  const room = Math.max(2, Math.floor(height / 26));
  const step = steps.find((s) => (high - low) / s <= room) ?? steps.at(-1)!;
  const ticks = [1];
  // Odd ranks at a step of 2; from 5 on round numbers.
  for (let tick = step === 2 ? 3 : step === 1 ? 2 : step; tick <= high; tick += step) ticks.push(tick);
  return ticks.filter((tick) => tick >= low);
}
