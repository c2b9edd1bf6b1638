/** Nodes and weights of an n-point rule on [0, 1]. */
export interface Quadrature {
  nodes: number[];
  weights: number[];
}

export function midpoint(n: number): Quadrature {
  return { nodes: Array.from({ length: n }, (_, k) => (k + 0.5) / n), weights: new Array(n).fill(1 / n) };
}

/** The zeros of the Legendre polynomial P_n by Newton's method, moved from [−1, 1] to [0, 1]. */
export function gaussLegendre(n: number): Quadrature {
  const nodes: number[] = [];
  const weights: number[] = [];
  for (let k = 0; k < n; k++) {
    let x = Math.cos((Math.PI * (k + 0.75)) / (n + 0.5));
    let slope = 0;
    for (let step = 0; step < 100; step++) {
      const [value, derivative] = legendre(n, x);
      slope = derivative;
      const next = x - value / derivative;
      if (Math.abs(next - x) < 1e-15) break;
      x = next;
    }
    nodes[n - 1 - k] = (1 + x) / 2;
    weights[n - 1 - k] = 1 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}

/** P_n(x) and P_n'(x) by the three-term recurrence. */
function legendre(n: number, x: number): [number, number] {
  let [before, value] = [1, x];
  for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
  return [value, (n * (x * value - before)) / (x * x - 1)];
}
