import type { Mask, ProbeSet, Segment } from 'satwatch';
import { Dice } from '../../../src/demo/dice.js';
import { uniteByName } from '../../../src/probe/mask.js';
import { boxed, dilated, eroded, halved, shifted } from './sloppyMasks.js';

/** The same pictures with other segments. */
export interface Labelled {
  /** `labels`: other names. `mask of the watermark`, `all masks`: other shapes. */
  family: 'labels' | 'mask of the watermark' | 'all masks';
  name: string;
  /** All names that stand on the pictures. */
  names: string[];
  /** The names that stand for the watermark. */
  watched: string[];
  /** Of each picture. What was not changed is the very list that the probe set has. */
  segments: (readonly Segment[])[];
}

const watermark = 'watermark';
const halves = [`${watermark}-left`, `${watermark}-right`];
const wrongShares = [0.1, 0.2, 0.3, 0.5];

/** All ways in which the labels experiment spoils a probe set. A larger share of mistakes has the smaller one's too. */
export function relabelled(probe: ProbeSet, seed: number): Labelled[] {
  return [...otherNames(probe, new Dice(seed, 22)), ...otherMasks(probe, new Dice(seed, 23))];
}

function otherNames({ images, segmentNames }: ProbeSet, dice: Dice): Labelled[] {
  const given = images.map(({ segments }) => segments);
  const carriers = given.flatMap((segments, i) => (has(segments) ? [i] : []));
  const order = dice.order(carriers.length).map((k) => carriers[k]);
  const wrong = (share: number) => new Set(order.slice(0, Math.round(share * order.length)));

  const splitNames = [...segmentNames.filter((name) => name !== watermark), ...halves];
  const split = given.map((segments) => (has(segments) ? inHalves(segments) : segments));
  const crossed = split.map((segments, i) => (has(given[i]) ? exchanged(segments, halves) : segments));
  // Which other segment a picture's watermark is taken for.
  const mistaken = given.map((segments) =>
    dice.pick(segments.filter(({ name }) => name !== watermark).map(({ name }) => name)),
  );
  const merged = given.map((segments, i) =>
    uniteByName(segments.map(({ name, mask }) => ({ name: name === watermark ? mistaken[i] : name, mask }))),
  );
  const traded = given.map((segments, i) => exchanged(segments, [watermark, mistaken[i]]));

  const whole = { family: 'labels' as const, names: segmentNames, watched: [watermark] };
  const parts = { family: 'labels' as const, names: splitNames, watched: halves };
  const mixed = (right: Labelled['segments'], other: Labelled['segments'], share: number) => {
    const chosen = wrong(share);
    return right.map((segments, i) => (chosen.has(i) ? other[i] : segments));
  };
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  return [
    { ...whole, name: 'as drawn', segments: given },
    { ...parts, name: 'split in two', segments: split },
    ...wrongShares.map((share) => ({
      ...{ ...parts, name: `split, ${percent(share)} left for right` },
      segments: mixed(split, crossed, share),
    })),
    ...wrongShares.map((share) => ({
      ...{ ...whole, name: `${percent(share)} counted as another segment` },
      segments: mixed(given, merged, share),
    })),
    ...wrongShares.map((share) => ({
      ...{ ...whole, name: `${percent(share)} exchanged with another segment` },
      segments: mixed(given, traded, share),
    })),
  ];
}

function otherMasks({ images, segmentNames }: ProbeSet, dice: Dice): Labelled[] {
  const directions = images.map(() =>
    dice.pick([[1, 0] as const, [-1, 0] as const, [0, 1] as const, [0, -1] as const]),
  );
  const shapes: { name: string; change: (mask: Mask, picture: number) => Mask; ofAll: boolean }[] = [
    ...[1, 2].map((by) => ({
      ...{ name: `eroded by ${by}`, ofAll: true },
      change: (mask: Mask) => eroded(mask, by),
    })),
    ...[1, 2, 4].map((by) => ({
      ...{ name: `dilated by ${by}`, ofAll: true },
      change: (mask: Mask) => dilated(mask, by),
    })),
    ...[2, 4].map((by) => ({
      ...{ name: `shifted by ${by}`, ofAll: true },
      change: (mask: Mask, picture: number) => {
        const [dx, dy] = directions[picture];
        return shifted(mask, [by * dx, by * dy]);
      },
    })),
    { name: 'boxed', ofAll: true, change: boxed },
    // The strokes are one pixel wide: only the box can be drawn too small and leave something.
    ...[1, 2].map((by) => ({
      ...{ name: `boxed, eroded by ${by}`, ofAll: false },
      change: (mask: Mask) => eroded(boxed(mask), by),
    })),
  ];
  const changed = (family: Labelled['family'], reaches: (name: string) => boolean): Labelled[] =>
    shapes
      .filter(({ ofAll }) => ofAll || family !== 'all masks')
      .map(({ name, change }) => ({
        ...{ family, name, names: segmentNames, watched: [watermark] },
        segments: images.map(({ segments }, i) =>
          segments.some((one) => reaches(one.name))
            ? segments.map((one) => (reaches(one.name) ? { ...one, mask: change(one.mask, i) } : one))
            : segments,
        ),
      }));
  return [
    ...changed('mask of the watermark', (name) => name === watermark),
    ...changed('all masks', () => true),
  ];
}

const has = (segments: readonly Segment[]) => segments.some(({ name }) => name === watermark);

function inHalves(segments: readonly Segment[]): Segment[] {
  return segments.flatMap((one): Segment[] => {
    if (one.name !== watermark) return [one];
    return halved(one.mask).map((mask, half) => ({ name: halves[half], mask }));
  });
}

function exchanged(segments: readonly Segment[], [a, b]: readonly string[]): Segment[] {
  return segments.map(({ name, mask }) => ({ name: name === a ? b : name === b ? a : name, mask }));
}
