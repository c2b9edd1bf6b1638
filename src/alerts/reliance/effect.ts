import type { Effect } from '../../types.js';
import type { Answer, AnswerFor, Fills, Pair, Paste } from './measure.js';

/**
 * What the answers of the reliance test say of a pair (s, c); p is the softmax probability, ŷ the answer:
 *
 *   effect  = the mean of d = p_c(paste) − p_c(control) over the pastes
 *   z       = effect / √V, V the variance of that mean where pastes on the same receiver, and pastes from the same giver,
 *             are not independent (two-way clustered: Cameron, Gelbach & Miller 2011), u = d − effect, N pastes:
 *             V = G/(G − 1) · max(V_r + V_g − V_rg, V_r, V_g),  V_x = Σ over the clusters of x of (Σ u)² / N²,
 *             G the smaller number of clusters
 *   top     = the effect of the givers that move predictions most: those of the highest eighth (three at least) by the mean
 *             of d over one half of their pastes, the mean of d over the other half; the mean of both ways
 *   flipped = the mean of [ŷ(paste) = c] − [ŷ(control) = c]
 *   lost    = the mean of [ŷ(control) right] − [ŷ(paste) right]: accuracy
 *
 * each the smallest over the controls;
 *
 *   fill    = the mean, over other classes' pictures with s, of p_c(as it is) − p_c(s filled with the mean colour of the
 *             two-pixel ring around it), blur the same with s blurred; null where no such picture carries s
 */
export function effectOf(
  probe: { classNames: readonly string[]; images: readonly { label: number }[] },
  { className }: Pair,
  pastes: readonly Paste[],
  { present, ring, blur }: Fills,
): Omit<Effect, 'segment' | 'className' | 'epoch' | 'step'> {
  const label = probe.classNames.indexOf(className);
  const rises = overControls(pastes, rise(label));
  const says = (answer: Answer, c: number) => Number(argMax(answer.probabilities) === c);
  const fall = (filled: readonly AnswerFor[]) => {
    const falls = present.flatMap(({ image, probabilities }, k) =>
      probe.images[image].label === label ? [] : probabilities[label] - filled[k].probabilities[label],
    );
    return falls.length ? mean(falls) : null;
  };
  return {
    effect: smallest(rises),
    z: smallest(rises, (list) => clusteredZ(list, pastes)),
    top: topEffect(rises, pastes),
    fill: fall(ring),
    blur: fall(blur),
    flipped: smallest(overControls(pastes, (pasted, control) => says(pasted, label) - says(control, label))),
    lost: smallest(
      overControls(pastes, (pasted, control, { receiver }) => {
        const right = probe.images[receiver].label;
        return says(control, right) - says(pasted, right);
      }),
    ),
    receivers: new Set(pastes.map(({ receiver }) => receiver)).size,
    givers: new Set(pastes.map(({ giver }) => giver)).size,
  };
}

/** Fewer givers with two pastes, and nothing is said of the highest of them. */
const leastTwice = 8;

/**
 * Where few of the class's pictures carry what sways the model (an unnamed look of a region), the mean over all is small.
 * A giver that is high by chance in one half of its pastes is not so in the other.
 */
function topEffect(rises: readonly number[][], pastes: readonly Paste[]): number | null {
  const tops = rises.map((list) => topOf(list, pastes));
  return tops.length === 0 || tops.includes(null) ? null : Math.min(...(tops as number[]));
}

function topOf(rises: readonly number[], pastes: readonly Paste[]): number | null {
  const halves = [...byGiver(rises, pastes).values()]
    .filter(({ length }) => length >= 2)
    .map((own) => {
      const middle = Math.floor(own.length / 2);
      return [mean(own.slice(0, middle)), mean(own.slice(middle))];
    });
  if (halves.length < leastTwice) return null;
  const count = Math.max(3, Math.floor(halves.length / 8));
  const chosenBy = (half: 0 | 1) =>
    mean(
      [...halves]
        .sort((a, b) => b[half] - a[half])
        .slice(0, count)
        .map((own) => own[1 - half]),
    );
  return (chosenBy(0) + chosenBy(1)) / 2;
}

function byGiver(rises: readonly number[], pastes: readonly Paste[]): Map<number, number[]> {
  const all = new Map<number, number[]>();
  pastes.forEach(({ giver }, i) => {
    const own = all.get(giver) ?? [];
    own.push(rises[i]);
    all.set(giver, own);
  });
  return all;
}

/** The givers by how far their segment moves predictions on average (the smaller of the two controls), the furthest first. */
export function moversOf(
  { classNames }: { classNames: readonly string[] },
  { className }: Pair,
  pastes: readonly Paste[],
): number[] {
  const rises = overControls(pastes, rise(classNames.indexOf(className)));
  const own = rises.map((list) => byGiver(list, pastes));
  const moves = new Map(
    pastes.map(({ giver }) => [giver, Math.min(...own.map((one) => mean(one.get(giver)!)))]),
  );
  return [...moves.keys()].sort((a, b) => moves.get(b)! - moves.get(a)!);
}

/** The effect alone: of a glance. */
export function riseOf(
  { classNames }: { classNames: readonly string[] },
  { className }: Pair,
  pastes: readonly Paste[],
): number {
  return smallest(overControls(pastes, rise(classNames.indexOf(className))));
}

type Difference = (pasted: Answer, control: Answer, paste: Paste) => number;

/** [control][paste]. */
function overControls(pastes: readonly Paste[], difference: Difference): number[][] {
  return (pastes[0]?.controls ?? []).map((_, k) =>
    pastes.map((paste) => difference(paste.pasted, paste.controls[k], paste)),
  );
}

const rise =
  (label: number): Difference =>
  (pasted, control) =>
    pasted.probabilities[label] - control.probabilities[label];

/** NaN where nothing was pasted: no picture could be read. */
const smallest = (lists: number[][], of: (list: number[]) => number = mean) =>
  lists.length ? Math.min(...lists.map((list) => of(list))) : Number.NaN;

/** Mean over its standard error; ±∞ where all values are the same, 0 where they are 0. */
function clusteredZ(values: readonly number[], pastes: readonly Paste[]): number {
  const average = mean(values);
  const sumOfSquares = (cluster: (paste: Paste) => number | string) => {
    const sums = new Map<number | string, number>();
    values.forEach((value, i) => {
      const key = cluster(pastes[i]);
      sums.set(key, (sums.get(key) ?? 0) + value - average);
    });
    return { clusters: sums.size, square: [...sums.values()].reduce((sum, u) => sum + u * u, 0) };
  };
  const byReceiver = sumOfSquares(({ receiver }) => receiver);
  const byGiver = sumOfSquares(({ giver }) => giver);
  const byBoth = sumOfSquares(({ receiver, giver }) => `${receiver} ${giver}`);
  const least = Math.min(byReceiver.clusters, byGiver.clusters);
  const square = Math.max(
    byReceiver.square + byGiver.square - byBoth.square,
    byReceiver.square,
    byGiver.square,
  );
  const variance = ((least / (least - 1)) * square) / values.length ** 2;
  if (variance === 0) return average === 0 ? 0 : Math.sign(average) * Number.POSITIVE_INFINITY;
  return average / Math.sqrt(variance);
}

function argMax(values: Float32Array): number {
  let best = 0;
  for (let c = 1; c < values.length; c++) if (values[c] > values[best]) best = c;
  return best;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
