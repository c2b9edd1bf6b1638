import { solveSymmetric } from './linearSystem.js';

/** Of each player of a game: its Shapley value and the standard error of that, 0 where it is exact. */
export interface ShapleyValues {
  values: Float64Array;
  errors: Float64Array;
}

/** Who is in: a byte a player, 1 or 0. */
type Coalition = Uint8Array<ArrayBuffer>;

/** A game's coalitions to be played, and what follows from their scores, in the same order. */
export interface ShapleyPlan {
  coalitions: Coalition[];
  values(scores: Float64Array): ShapleyValues;
}

/** How many coalitions are played. */
export function coalitionsOf(players: number, samples: number): number {
  return isExact(players, samples) ? 2 ** players : Math.max(samples, 4 * players) + 2;
}

/** Games of so many players are always played out. */
const exactPlayers = 10;

/**
 * Exact where all coalitions are at most `samples` or the players at most 10, else KernelSHAP. The first two coalitions
 * are those of nobody and of everybody; where there are no players there is none.
 */
export function planShapley(players: number, samples: number, random: () => number): ShapleyPlan {
  return isExact(players, samples) ? exact(players) : kernelShap(players, samples, random);
}

function isExact(players: number, samples: number): boolean {
  return players <= exactPlayers || 2 ** players <= samples;
}

/** φ_i = Σ_S |S|! (m − |S| − 1)! / m! · (v(S ∪ i) − v(S)) over the coalitions S without i (Shapley 1953). */
function exact(m: number): ShapleyPlan {
  const [last, count] = [2 ** m - 1, 2 ** m];
  // Everybody comes second; bits 1 and `last` change places.
  const bitsAt = (k: number) => (k === 1 ? last : k === last ? 1 : k);
  const coalitions = Array.from({ length: m === 0 ? 0 : count }, (_, k) =>
    Uint8Array.from({ length: m }, (_, i) => (bitsAt(k) >> i) & 1),
  );
  return {
    coalitions,
    values: (scores) => {
      const values = new Float64Array(m);
      coalitions.forEach((coalition, k) => {
        const size = coalition.reduce((sum, inside) => sum + inside, 0);
        for (let i = 0; i < m; i++)
          values[i] += coalition[i]
            ? scores[k] / (m * choose(m - 1, size - 1))
            : -scores[k] / (m * choose(m - 1, size));
      });
      return { values, errors: new Float64Array(m) };
    },
  };
}

/** The pairs {S, everybody else} with |S| of a size: all of them, or some drawn without repetition. */
interface Stratum {
  /** Of all its coalitions, by the Shapley kernel (m − 1) / (C(m, s) s (m − s)). */
  weight: number;
  /** How many pairs there are. */
  pairs: number;
  drawn: Coalition[];
}

/**
 * KernelSHAP (Lundberg and Lee 2017) with every coalition beside its complement (Covert and Lee 2021). What counts of such
 * a pair is d = v(S) − v(complement), so that φ is the least-squares fit of d by Σ ±φ_i, + for i in S, under
 * Σ φ = v(everybody) − v(nobody). Pairs are drawn without repetition in strata by size, in proportion to the strata's
 * weights; a stratum that the budget covers is taken whole and adds nothing to the error.
 */
function kernelShap(m: number, samples: number, random: () => number): ShapleyPlan {
  const strata = draw(m, Math.floor(Math.max(samples, 4 * m) / 2), random);
  const pairs = strata.flatMap(({ drawn }) => drawn);
  const coalitions = [new Uint8Array(m), new Uint8Array(m).fill(1)];
  for (const pair of pairs)
    coalitions.push(
      pair,
      pair.map((inside) => 1 - inside),
    );
  return {
    coalitions,
    values: (scores) => {
      const total = scores[1] - scores[0];
      const weights = strata.flatMap(({ weight, drawn }) => drawn.map(() => weight / drawn.length));
      const differences = pairs.map((_, k) => scores[2 + 2 * k] - scores[3 + 2 * k]);
      const project = projection(m, pairs, weights);
      const right = new Float64Array(m);
      pairs.forEach((pair, k) => {
        for (let i = 0; i < m; i++) right[i] += weights[k] * differences[k] * sign(pair, i);
      });
      const values = project(right, total);
      return { values, errors: standardErrors(strata, differences, values, project) };
    },
  };
}

const sign = (pair: Coalition, i: number) => (pair[i] ? 1 : -1);

/** g, t → the φ with A φ = g up to a multiple of (1, …, 1) and Σ φ = t; A = Σ w s sᵀ over the pairs' signs s. */
function projection(m: number, pairs: Coalition[], weights: number[]) {
  const matrix = Array.from({ length: m }, () => new Float64Array(m));
  pairs.forEach((pair, k) => {
    for (let i = 0; i < m; i++)
      for (let j = 0; j < m; j++) matrix[i][j] += weights[k] * sign(pair, i) * sign(pair, j);
  });
  const solve = solveSymmetric(matrix);
  const ones = solve(new Float64Array(m).fill(1));
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  return (right: Float64Array, total: number): Float64Array => {
    const free = solve(right);
    const shift = (total - sum(free)) / sum(ones);
    return free.map((value, i) => value + shift * ones[i]);
  };
}

/**
 * The fit moves by projection(w s r) with each pair's residual r: the variance of that over the strata that were sampled,
 * with the correction for a finite number of pairs. A residual is freed of the pair's own pull on the fit (the jackknife).
 */
function standardErrors(
  strata: Stratum[],
  differences: number[],
  values: Float64Array,
  project: (right: Float64Array, total: number) => Float64Array,
): Float64Array {
  const m = values.length;
  const variances = new Float64Array(m);
  let k = 0;
  for (const { weight, pairs, drawn } of strata) {
    const count = drawn.length;
    if (count === pairs) {
      k += count;
      continue;
    }
    const [sums, squares] = [new Float64Array(m), new Float64Array(m)];
    for (const pair of drawn) {
      const signs = Float64Array.from(pair, (inside) => (inside ? 1 : -1));
      const pulls = project(signs, 0);
      const dot = (a: Float64Array) => a.reduce((sum, value, i) => sum + value * signs[i], 0);
      const residual = (differences[k++] - dot(values)) / (1 - Math.min(0.99, (weight / count) * dot(pulls)));
      for (let i = 0; i < m; i++) {
        sums[i] += pulls[i] * residual;
        squares[i] += (pulls[i] * residual) ** 2;
      }
    }
    for (let i = 0; i < m; i++) {
      const spread = Math.max(0, squares[i] - sums[i] ** 2 / count) / (count - 1);
      variances[i] += weight ** 2 * (1 - count / pairs) * (spread / count);
    }
  }
  return variances.map(Math.sqrt);
}

/** At least two pairs of each size, and all those of single players, where `budget` is at least 2 m. */
function draw(m: number, budget: number, random: () => number): Stratum[] {
  const sizes = Array.from({ length: Math.floor(m / 2) }, (_, k) => k + 1);
  const strata = sizes.map((size) => {
    const middle = 2 * size === m;
    return {
      size,
      weight: ((middle ? 1 : 2) * (m - 1)) / (size * (m - size)),
      pairs: Math.round(choose(m, size) / (middle ? 2 : 1)),
    };
  });
  const counts = allocate(strata, budget);
  return strata.map(({ size, weight, pairs }, s) => {
    const drawn = counts[s] === pairs ? everyPair(m, size) : somePairs(m, size, counts[s], random);
    return { weight, pairs, drawn };
  });
}

/** In proportion to the weights, no stratum more than it has; from the largest weight on. */
function allocate(strata: { weight: number; pairs: number }[], budget: number): number[] {
  let left = budget;
  let weight = strata.reduce((sum, stratum) => sum + stratum.weight, 0);
  return strata.map((stratum, s) => {
    const others = 2 * (strata.length - 1 - s);
    const share = s === 0 ? stratum.pairs : Math.max(2, Math.floor((left * stratum.weight) / weight));
    const count = Math.min(stratum.pairs, share, left - others);
    left -= count;
    weight -= stratum.weight;
    return count;
  });
}

/** Every coalition of the size, by its members; of a half and its complement the one with player 0. */
function everyPair(m: number, size: number): Coalition[] {
  const found: Coalition[] = [];
  const members = new Uint8Array(m);
  const choosing = (from: number, more: number): void => {
    if (more === 0) {
      if (2 * size !== m || members[0]) found.push(members.slice());
      return;
    }
    for (let i = from; i <= m - more; i++) {
      members[i] = 1;
      choosing(i + 1, more - 1);
      members[i] = 0;
    }
  };
  choosing(0, size);
  return found;
}

function somePairs(m: number, size: number, count: number, random: () => number): Coalition[] {
  const seen = new Set<string>();
  const found: Coalition[] = [];
  const order = Array.from({ length: m }, (_, i) => i);
  while (found.length < count) {
    for (let i = 0; i < size; i++) {
      const j = i + Math.floor(random() * (m - i));
      [order[i], order[j]] = [order[j], order[i]];
    }
    const members = new Uint8Array(m);
    for (let i = 0; i < size; i++) members[order[i]] = 1;
    const pair = 2 * size === m && !members[0] ? members.map((inside) => 1 - inside) : members;
    const key = pair.join('');
    if (seen.has(key)) continue;
    seen.add(key);
    found.push(pair);
  }
  return found;
}

function choose(n: number, k: number): number {
  let product = 1;
  for (let i = 1; i <= k; i++) product = (product * (n - k + i)) / i;
  return product;
}
