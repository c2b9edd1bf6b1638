import { moments, type Rounding, type Through, transposed, winner } from './compute.js';
import { type Norm, type Product, type Softmax, zeros } from './network.js';

/** Below this difference the ordinary gradient stands for the quotient. */
const small = 1e-6;

const quotient = (dy: number, dx: number, slope: number) => (Math.abs(dx) < small ? slope : dy / dx);

/** Multipliers of DeepLIFT's rescale rule. `reference`: every value of the network at the baseline. */
export function multipliers(reference: number[][]): Through {
  return ({ op, inputs: from, output }, m, x, y, round) => {
    const x0 = from.map((i) => reference[i]);
    const y0 = reference[output];
    switch (op.kind) {
      case 'linear':
        return transposed(op, m, x, round);
      case 'activation':
        return [x[0].map((v, i) => m[i] * quotient(y[i] - y0[i], v - x0[0][i], op.slope(v, i)))];
      case 'max': {
        const down = x.map((v) => zeros(v.length));
        op.candidates.forEach((candidates, j) => {
          const [a, i] = winner(candidates, x);
          const [b, k] = winner(candidates, x0);
          const top = Math.max(y[j], y0[j]);
          const unchanged = Math.abs(y[j] - y0[j]) < small ? 1 : 0;
          down[a][i] += m[j] * quotient(top - y0[j], x[a][i] - x0[a][i], unchanged);
          down[b][k] += m[j] * quotient(y[j] - top, x[b][k] - x0[b][k], 0);
        });
        return down;
      }
      case 'product':
        return product(op, m, x, x0);
      case 'norm':
        return [norm(op, m, x[0], x0[0], round)];
      case 'softmax':
        return [softmax(op, m, x[0], x0[0], round)];
    }
  };
}

/** Δ(a b) = Δa (b + b0) / 2 + Δb (a + a0) / 2, folded from the left. */
function product(op: Product, m: number[], x: number[][], x0: number[][]): number[][] {
  const down = x.map((v) => zeros(v.length));
  op.places.forEach((places, j) => {
    const a = places.map((place, i) => x[i][place]);
    const a0 = places.map((place, i) => x0[i][place]);
    let top = m[j];
    for (let last = places.length - 1; last > 0; last--) {
      const before = a.slice(0, last).reduce((u, v) => u * v, 1);
      const before0 = a0.slice(0, last).reduce((u, v) => u * v, 1);
      down[last][places[last]] += (top * (before + before0)) / 2;
      top *= (a[last] + a0[last]) / 2;
    }
    down[0][places[0]] += top;
  });
  return down;
}

/** y = gain · u · r + bias with u = x − mean, v = mean(u²), r = (v + epsilon)^(−1/2). */
function norm(op: Norm, m: number[], x: number[], x0: number[], round: Rounding): number[] {
  const down = zeros(x.length);
  for (const group of op.groups) {
    const now = moments(op, group, x);
    const then = moments(op, group, x0);
    const [r, r0] = [1 / now.deviation, 1 / then.deviation];
    const mr = group.reduce(
      (sum, place, i) => sum + (m[place] * op.gain[place] * (now.centred[i] + then.centred[i])) / 2,
      0,
    );
    const mv = mr * quotient(r - r0, now.variance - then.variance, -0.5 * r ** 3);
    const mu = group.map(
      (place, i) =>
        (m[place] * op.gain[place] * (r + r0)) / 2 + (mv * (now.centred[i] + then.centred[i])) / group.length,
    );
    const mean = mu.reduce((a, b) => a + b, 0) / group.length;
    group.forEach((place, i) => {
      down[place] = mu[i] - mean + round(Math.abs(mu[i]) + Math.abs(mean));
    });
  }
  return down;
}

/** y = e · q with e = exp(x − c), q = 1 / Σ e; its logarithm y = x − c − log Σ e. */
function softmax(op: Softmax, m: number[], x: number[], x0: number[], round: Rounding): number[] {
  const down = zeros(x.length);
  for (const group of op.groups) {
    const c = Math.max(...group.flatMap((place) => [x[place], x0[place]]));
    const e = group.map((place) => Math.exp(x[place] - c));
    const e0 = group.map((place) => Math.exp(x0[place] - c));
    const [sum, sum0] = [e, e0].map((all) => all.reduce((a, b) => a + b, 0));
    if (op.log) {
      const all = group.reduce((total, place) => total + m[place], 0);
      const ms = -all * quotient(Math.log(sum) - Math.log(sum0), sum - sum0, 1 / sum);
      group.forEach((place, i) => {
        const me = ms * quotient(e[i] - e0[i], x[place] - x0[place], e[i]);
        down[place] = m[place] + me + round(Math.abs(m[place]) + Math.abs(me));
      });
      continue;
    }
    const [q, q0] = [1 / sum, 1 / sum0];
    const mq = group.reduce((total, place, i) => total + (m[place] * (e[i] + e0[i])) / 2, 0);
    const ms = mq * quotient(q - q0, sum - sum0, -q * q);
    group.forEach((place, i) => {
      const own = (m[place] * (q + q0)) / 2;
      const me = own + ms + round(Math.abs(own) + Math.abs(ms));
      down[place] = me * quotient(e[i] - e0[i], x[place] - x0[place], e[i]);
    });
  }
  return down;
}
