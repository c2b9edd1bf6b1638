/**
 * One quantity of several runs over the same cells (segments, or pairs of a segment and a class) and epochs. Run 0 is
 * watched, the others are its references.
 */
export interface Panel {
  /** A run each: `[cell · epochs + epoch]`, larger is more suspicious, NaN where it was not measured. */
  runs: readonly Float64Array[];
  cells: number;
  epochs: number;
  /** A spread below which runs count as equal, in the quantity's unit. */
  least: number;
}

export interface Deviations {
  /** Of the watched run at `now`, one a cell; NaN where too few references were measured there. */
  own: Float64Array;
  /** No reference's score exceeds this, however the watched run goes on. */
  bar: number;
}

/** The pooled variance counts as that of so many more runs: with few references a cell's own variance is mostly luck. */
const prior = 4;

/**
 * How far the runs of a panel stand out. For run i in a cell at an epoch, with m, SS the mean and the sum of squares of
 * the m others that were measured there (more than half of them must be):
 *
 *   deviation = (x_i − mean) / s      s² = (SS + 4 · pooled) / (m − 1 + 4)
 *   pooled = least² + the variance between all runs, over all cells and all epochs up to this one
 *
 * A run's score is the largest deviation over cells and epochs. It is the same function of a run and the rest for
 * every run, so that of n + 1 exchangeable runs each has the largest score with probability 1 / (n + 1). (The variance is
 * moderated as in Smyth 2004, doi 10.2202/1544-6115.1027, with a fixed number of degrees of freedom.)
 *
 * The watched run is known up to epoch `now` only, and a reference's deviation at a later epoch depends on its value u
 * there, one of the reference's others. Whatever u will be (or if there is none), the deviation is at most
 *
 *   √( A² / c + (m + 4) / (m (m + 1)) ),   c = (SS + 4 · pooled) / (m + 4),   A = max(0, x_i − mean)
 *
 * with m, mean, SS and pooled of the references alone: u at a distance δ below their mean adds δ / (m + 1) to A and at
 * least δ² m / ((m + 1)(m + 4)) to c, and (A + bδ) / √(c + gδ²) ≤ √(A² / c + b² / g) by Cauchy and Schwarz. `bar` is the
 * largest of all these. So a watched run that exceeds it at any look exceeds the references' final scores too, and the
 * looks at all epochs together have the rate 1 / (n + 1).
 */
export function deviations({ runs, cells, epochs, least }: Panel, now: number): Deviations {
  const own = new Float64Array(cells).fill(Number.NaN);
  const half = (runs.length - 1) / 2;
  let bar = Number.NEGATIVE_INFINITY;
  let [squares, freedom] = [0, 0];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const isKnown = epoch <= now;
    const first = isKnown ? 0 : 1;
    const all = Array.from({ length: cells }, (_, cell) => moments(runs, first, cell * epochs + epoch));
    for (const { count, squares: own } of all) {
      squares += own;
      freedom += isKnown ? Math.max(0, count - 1) : count;
    }
    const pooled = least ** 2 + (freedom > 0 ? squares / freedom : 0);
    for (let cell = 0; cell < cells; cell++)
      for (let run = first; run < runs.length; run++) {
        const x = runs[run][cell * epochs + epoch];
        if (Number.isNaN(x)) continue;
        const others = without(all[cell], x);
        const measured = others.count + (isKnown ? 0 : 1);
        if (measured <= half) continue;
        const variance = (others.squares + prior * pooled) / (measured - 1 + prior);
        const away = x - others.mean;
        if (!isKnown) {
          const m = others.count;
          const coming = (m + prior) / (m * (m + 1));
          // With a single reference, all of what it is compared with is still to come.
          bar = Math.max(bar, m === 0 ? Infinity : Math.sqrt(Math.max(0, away) ** 2 / variance + coming));
        } else if (run > 0) bar = Math.max(bar, away / Math.sqrt(variance));
        else if (epoch === now) own[cell] = away / Math.sqrt(variance);
      }
  }
  return { own, bar };
}

interface Moments {
  count: number;
  mean: number;
  /** Sum of squared distances from the mean. */
  squares: number;
}

/** Of the runs from `first` on that were measured at a place. */
function moments(runs: readonly Float64Array[], first: number, place: number): Moments {
  let [count, mean, squares] = [0, 0, 0];
  for (let run = first; run < runs.length; run++) {
    const x = runs[run][place];
    if (Number.isNaN(x)) continue;
    count++;
    const away = x - mean;
    mean += away / count;
    squares += away * (x - mean);
  }
  return { count, mean, squares };
}

/** The same without one of the values. */
function without({ count, mean, squares }: Moments, x: number): Moments {
  if (count === 1) return { count: 0, mean: Number.NaN, squares: 0 };
  const rest = count - 1;
  return {
    count: rest,
    mean: mean + (mean - x) / rest,
    squares: Math.max(0, squares - ((x - mean) ** 2 * count) / rest),
  };
}
