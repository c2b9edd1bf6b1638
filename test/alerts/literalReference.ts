/** The deviations of docs/alerts.md written out, without sharing any work: [run][cell][epoch], NaN where nothing was measured. */
export function literalDeviations(x: number[][][], least: number): number[][][] {
  const [runs, cells, epochs] = [x.length, x[0].length, x[0][0].length];
  const known = (values: number[]) => values.filter((value) => !Number.isNaN(value));
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const squares = (values: number[]) => values.reduce((sum, v) => sum + (v - mean(values)) ** 2, 0);
  const pooledUpTo = (epoch: number) => {
    let [sum, freedom] = [0, 0];
    for (let t = 0; t <= epoch; t++)
      for (let k = 0; k < cells; k++) {
        const there = known(x.map((run) => run[k][t]));
        if (there.length < 2) continue;
        sum += squares(there);
        freedom += there.length - 1;
      }
    return least ** 2 + (freedom ? sum / freedom : 0);
  };
  return x.map((run, i) =>
    run.map((cell, k) =>
      cell.map((value, t) => {
        const others = known(x.filter((_, j) => j !== i).map((other) => other[k][t]));
        if (Number.isNaN(value) || others.length <= (runs - 1) / 2 || epochs <= t) return Number.NaN;
        const variance = (squares(others) + 4 * pooledUpTo(t)) / (others.length - 1 + 4);
        return (value - mean(others)) / Math.sqrt(variance);
      }),
    ),
  );
}

/** The largest deviation of a run. */
export function literalScore(deviations: number[][]): number {
  return Math.max(...deviations.flat().filter((value) => !Number.isNaN(value)));
}
