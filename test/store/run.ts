/** A run written by the real RunWriter, without a model: random maps on six small pictures. */
import { createProbeSet, maskFromBitmap } from '../../src/probe/index.js';
import { seededRandom } from '../../src/random.js';
import { aggregateSats, computeSat } from '../../src/sat/index.js';
import { localRanks } from '../../src/sat/localRanks.js';
import type { Store } from '../../src/store/index.js';
import {
  type AlertChanges,
  type NewAlert,
  type NewObservation,
  type RunStart,
  RunWriter,
} from '../../src/store/writer.js';
import type { ProbeSet, SatRow } from '../../src/types.js';

const [width, height] = [8, 6];

/** `head` on every picture, `mark` on every other, `tail` on the first only, `all` over everything; two classes. */
export function smallProbe(classNames = ['cat', 'dog "x"'], shade = 0): ProbeSet {
  const box = (x0: number, y0: number, x1: number, y1: number) =>
    maskFromBitmap(
      Array.from({ length: width * height }, (_, p) => {
        const [x, y] = [p % width, Math.floor(p / width)];
        return Number(x >= x0 && x < x1 && y >= y0 && y < y1);
      }),
      width,
      height,
    );
  return createProbeSet({
    width,
    height,
    channels: 1,
    classNames,
    roles: { mark: 'suspect', head: 'core' },
    images: Array.from({ length: 6 }, (_, i) => ({
      id: `i${i}`,
      label: i % 2,
      pixels: new Uint8Array(width * height).fill(10 * i + shade),
      segments: [
        { name: 'head', mask: box(1, 1, 3 + (i % 3), 3) },
        ...(i % 4 < 2 ? [{ name: 'mark', mask: box(5, 0, 7, 2) }] : []),
        ...(i === 0 ? [{ name: 'tail', mask: box(0, 4, 8, 5) }] : []),
        { name: 'all', mask: box(0, 0, width, height) },
      ],
    })),
  });
}

/** SATs of random maps, rounded to the float32 that is stored; the images named by `invalid` have none. */
export function satsOf(probe: ProbeSet, seed: number, invalid: number[] = []): (SatRow[] | null)[] {
  const random = seededRandom(seed);
  return probe.images.map(({ segments }, i) => {
    const map = Float32Array.from({ length: width * height }, () => random() - 0.4);
    if (invalid.includes(i)) return null;
    const sat = computeSat(map, segments)!.map((row) => ({
      ...row,
      attribution: Math.fround(row.attribution),
    }));
    const ranks = localRanks(sat.map((row) => row.attribution));
    return sat.map((row, s) => ({ ...row, rank: ranks[s] }));
  });
}

export function observation(
  probe: ProbeSet,
  epoch: number,
  { invalid = [], ...more }: Partial<NewObservation> & { invalid?: number[] } = {},
): NewObservation {
  const sats = satsOf(probe, epoch + 1, invalid);
  const rows = [null, ...probe.classNames].flatMap((className) =>
    (['relative', 'absolute'] as const).flatMap((aggregation) =>
      aggregateSats(
        sats.filter((_, i) => className === null || probe.classNames[probe.images[i].label] === className),
        aggregation,
        probe.segmentNames,
      ).map(({ segment, n, meanRank = null, meanAttribution = null }) => ({
        aggregation,
        className,
        segment,
        n,
        meanRank,
        meanAttribution,
        chanceRank: meanRank === null ? null : 2.25,
      })),
    ),
  );
  return {
    epoch,
    step: null,
    seconds: 0.5,
    share: null,
    metrics: { loss: 1 / (1 + epoch), acc: null },
    probeAccuracy: 0.75,
    sats,
    rows,
    effects: [
      {
        ...{ segment: 'mark', className: 'cat', effect: 0.125, z: 4.5, fill: 0.25, blur: 0.2 },
        ...{ top: 0.3, flipped: 0.15, lost: 0.1, receivers: 3, givers: 2 },
      },
    ],
    predictions: probe.images.map(({ label }, i) =>
      invalid.includes(i) ? { predicted: null, margin: null } : { predicted: label, margin: i / 8 - 1 },
    ),
    costs: [],
    maps: new Map(),
    ...more,
  };
}

export const none: AlertChanges = { raised: [], updated: [] };

export const newAlert = (epoch: number, more: Partial<NewAlert> = {}): NewAlert => ({
  rule: 'reliance',
  level: 'alarm',
  segment: 'mark',
  className: 'cat',
  epoch,
  from: null,
  to: 0.125,
  message: "Predictions move 13 points towards 'cat'",
  evidence: { peak: 0.125, peakEpoch: epoch },
  ...more,
});

export function startRun(store: Store, name: string, more: Partial<RunStart> = {}): RunWriter {
  return new RunWriter(store, {
    name,
    resume: false,
    probe: smallProbe(),
    config: { method: 'gradient' },
    model: { parameters: 7 },
    versions: { satwatch: '0' },
    backend: 'cpu',
    ...more,
  });
}
