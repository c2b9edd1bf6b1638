import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { seededRandom } from '../../support/random.js';

export type Points = readonly ArrayLike<number>[];

/**
 * A map as one point for clustering: sums over `cells` × `cells` blocks (those of a pixel that two blocks share go to the
 * one that holds its first corner), scaled to length 1, so that clusters are of where and not of how much.
 * Lapuschkin et al. 2019 (Nature Communications 10, 1096) bring all maps to one small size likewise.
 *
 * @param map h·w attributions, row-major; with `unsigned`, their absolute values are summed
 * @returns cells² values; all 0 where the map is 0 everywhere
 */
export function blockSums(
  map: ArrayLike<number>,
  width: number,
  { cells = 12, unsigned = false } = {},
): Float64Array {
  const height = map.length / width;
  const sums = new Float64Array(cells * cells);
  for (let p = 0; p < map.length; p++) {
    const [x, y] = [p % width, Math.floor(p / width)];
    const cell = Math.floor((y * cells) / height) * cells + Math.floor((x * cells) / width);
    sums[cell] += unsigned ? Math.abs(map[p]) : map[p];
  }
  const length = Math.hypot(...sums);
  return length > 0 ? sums.map((value) => value / length) : sums;
}

/**
 * The mean of the graph "j is among the `neighbours` nearest of i" (Euclidean, weight 1) and its transpose: Lapuschkin et
 * al.'s own tool, CoRelAy, makes it symmetric so. Equal distances: the lower index is nearer.
 */
export function nearestNeighbours(points: Points, neighbours: number): Matrix {
  const n = points.length;
  const affinity = Matrix.zeros(n, n);
  const others = Array.from(points.keys());
  points.forEach((point, i) => {
    const far = points.map((other) => squaredDistance(point, other));
    const nearest = others.filter((j) => j !== i).sort((a, b) => far[a] - far[b]);
    for (const j of nearest.slice(0, neighbours)) {
      affinity.set(i, j, affinity.get(i, j) + 0.5);
      affinity.set(j, i, affinity.get(j, i) + 0.5);
    }
  });
  return affinity;
}

/**
 * Of the symmetric normalised Laplacian I − D^(−1/2) W D^(−1/2) (Ng, Jordan & Weiss 2001), D the diagonal of W's row sums.
 * As many eigenvalues are 0 as the graph has parts without a connection; none is above 2.
 *
 * @param affinity W: symmetric, not negative, no row all 0
 * @returns eigenvalues from the smallest on; `vectors[i]` is the i-th one's eigenvector, of length 1
 */
export function laplacianSpectrum(affinity: Matrix): { values: number[]; vectors: number[][] } {
  const scale = affinity.sum('row').map((degree) => 1 / Math.sqrt(degree));
  const laplacian = Matrix.eye(affinity.rows).sub(
    affinity.clone().mulColumnVector(scale).mulRowVector(scale),
  );
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(laplacian, {
    assumeSymmetric: true,
  });
  const order = Array.from(realEigenvalues.keys()).sort((a, b) => realEigenvalues[a] - realEigenvalues[b]);
  return {
    values: order.map((i) => realEigenvalues[i]),
    vectors: order.map((i) => eigenvectorMatrix.getColumn(i)),
  };
}

/**
 * As many clusters as there are eigenvalues before the widest gap between one and the next (von Luxburg 2007, section 8.3).
 *
 * @param values from the smallest on
 * @returns 1 … `most`
 */
export function eigengap(values: readonly number[], most: number): number {
  const gaps = values.slice(1, most + 1).map((value, i) => value - values[i]);
  return gaps.indexOf(Math.max(...gaps)) + 1;
}

/**
 * Lloyd's k-means from k-means++ starts (Arthur & Vassilvitskii 2007); of `restarts` runs the one with the smallest sum of
 * squares.
 *
 * @returns the cluster of each point, 0 … k − 1
 */
export function kMeans(points: Points, k: number, { seed = 1, restarts = 10 } = {}): number[] {
  const random = seededRandom(seed);
  let best: { labels: number[]; cost: number } | undefined;
  for (let run = 0; run < restarts; run++) {
    let centres = firstCentres(points, k, random);
    let found = assign(points, centres);
    for (let before = Number.POSITIVE_INFINITY; found.cost < before; ) {
      before = found.cost;
      centres = centres.map((centre, c) => meanOf(points.filter((_, i) => found.labels[i] === c)) ?? centre);
      found = assign(points, centres);
    }
    if (!best || found.cost < best.cost) best = found;
  }
  return best!.labels;
}

/** The next centre is drawn with a chance in proportion to the squared distance from the nearest one. */
function firstCentres(points: Points, k: number, random: () => number): ArrayLike<number>[] {
  const centres = [points[Math.floor(random() * points.length)]];
  const distances = points.map(() => Number.POSITIVE_INFINITY);
  while (centres.length < k) {
    points.forEach((point, i) => {
      distances[i] = Math.min(distances[i], squaredDistance(point, centres.at(-1)!));
    });
    centres.push(points[drawInProportion(distances, random)]);
  }
  return centres;
}

/** An index; the first where all weights are 0, as where points coincide with all centres. */
function drawInProportion(weights: readonly number[], random: () => number): number {
  let left = random() * weights.reduce((sum, value) => sum + value, 0);
  const drawn = weights.findIndex((weight) => {
    left -= weight;
    return left < 0;
  });
  return Math.max(0, drawn);
}

function assign(points: Points, centres: readonly ArrayLike<number>[]): { labels: number[]; cost: number } {
  let cost = 0;
  const labels = points.map((point) => {
    const distances = centres.map((centre) => squaredDistance(point, centre));
    const nearest = Math.min(...distances);
    cost += nearest;
    return distances.indexOf(nearest);
  });
  return { labels, cost };
}

function meanOf(points: Points): Float64Array | undefined {
  if (points.length === 0) return undefined;
  const mean = new Float64Array(points[0].length);
  for (const point of points) for (let d = 0; d < mean.length; d++) mean[d] += point[d] / points.length;
  return mean;
}

function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += (a[d] - b[d]) ** 2;
  return sum;
}

export interface Clustering {
  /** The number that the eigengap, or the caller, chose. */
  clusters: number;
  /** The cluster of each point, from 0. */
  labels: number[];
  /** Of the Laplacian, from the smallest on. */
  eigenvalues: number[];
}

export interface ClusteringOptions {
  /** Default 10, as in CoRelAy. */
  neighbours?: number;
  /** The eigengap is looked for up to here. Default 8. */
  most?: number;
  /** Asked for; by default the eigengap says. */
  clusters?: number;
  seed?: number;
}

/**
 * Spectral clustering as SpRAy has it: nearest neighbours, Laplacian, eigengap, and k-means on the rows of the smallest
 * eigenvectors, each row scaled to length 1 (Ng, Jordan & Weiss 2001).
 *
 * @param points at least 3, of equal length
 */
export function spectralClustering(points: Points, options: ClusteringOptions = {}): Clustering {
  const { neighbours = 10, most = 8, seed } = options;
  const { values, vectors } = laplacianSpectrum(nearestNeighbours(points, neighbours));
  const clusters = options.clusters ?? eigengap(values, most);
  const rows = points.map((_, i) => {
    const row = vectors.slice(0, clusters).map((vector) => vector[i]);
    const length = Math.hypot(...row);
    return row.map((value) => value / (length || 1));
  });
  return { clusters, labels: kMeans(rows, clusters, { seed }), eigenvalues: values };
}
