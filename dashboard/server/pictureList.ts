import { SatwatchError, suggest } from '../../src/errors.js';
import type { At, Store } from '../../src/store/index.js';
import type { ImageDetail, SatRow } from '../../src/types.js';
import type { PictureItem, PictureSort } from '../wire.js';

export type Observed = NonNullable<ReturnType<Store['images']>>;

/** Held at once: the observation looked at, the first, and the one that gives the order; and as many orders. */
const held = 4;

/** Reads observations decoded, and sorts them, through a small memory that any write to the store empties. */
export function pictureReader(store: Store) {
  let seq = -1;
  const memory = new Map<string, unknown>();

  const remembered = <T>(key: unknown[], make: () => T): T => {
    const now = store.seq();
    if (now !== seq) memory.clear();
    seq = now;
    const name = JSON.stringify(key);
    const found = memory.has(name) ? (memory.get(name) as T) : make();
    memory.delete(name);
    memory.set(name, found);
    if (memory.size > 2 * held) memory.delete(memory.keys().next().value!);
    return found;
  };
  const observed = (run: number, at: At): Observed | null =>
    remembered(['observed', run, at], () => store.images(run, at));

  return {
    observed,
    /** Indices of the images chosen, in order of their values at an observation that there is. */
    sorted(run: number, at: At, choice: Choice): number[] {
      const { segment, class: className, sort } = choice;
      return remembered(['sorted', run, at, segment ?? null, className ?? null, sort], () => {
        const by = observed(run, at)!;
        return order(choice, store.probeSet(by.probeSet), by, observed(run, 'first'));
      });
    },
  };
}

export interface Choice {
  segment: string | undefined;
  class: string | undefined;
  sort: PictureSort;
}

/**
 * Indices of the images of a class that show a segment, sorted by their values at an observation.
 * @param first the run's first observation, against which changes are taken.
 * @throws SatwatchError UNKNOWN_SEGMENT, UNKNOWN_CLASS
 */
function order(
  { segment, class: className, sort }: Choice,
  probe: ReturnType<Store['probeSet']>,
  observed: Observed,
  first: Observed | null,
): number[] {
  const shown = segment === undefined ? undefined : indexOf('segment', segment, probe.segmentNames);
  const label = className === undefined ? undefined : indexOf('class', className, probe.classNames);
  const chosen: { index: number; keys: [number, number] }[] = [];
  probe.images.forEach(([, imageLabel, segments], index) => {
    if (label !== undefined && imageLabel !== label) return;
    if (shown !== undefined && !segments.some((s, i) => i % 2 === 0 && s === shown)) return;
    const row = rowOf(observed.images[index], segment);
    const before = sort.endsWith('change') ? rowOf(first?.images[index], segment) : undefined;
    chosen.push({ index, keys: sortKeys(sort, observed.images[index], row, before) });
  });
  return chosen
    .sort((a, b) => a.keys[0] - b.keys[0] || a.keys[1] - b.keys[1] || a.index - b.index)
    .map(({ index }) => index);
}

/** Smallest first, the second where the first are equal; infinite where there is no value. */
function sortKeys(
  sort: PictureSort,
  { margin }: ImageDetail,
  row: SatRow | undefined,
  before: SatRow | undefined,
): [number, number] {
  const last = Number.MAX_VALUE;
  if (sort === 'margin') return [margin ?? last, 0];
  if (!row) return [last, 0];
  if (sort === 'rank') return [row.rank, -Math.abs(row.attribution)];
  if (sort === 'attribution') return [-row.attribution, row.rank];
  if (!before) return [last, row.rank];
  if (sort === 'rank-change') return [row.rank - before.rank, row.rank];
  return [before.attribution - row.attribution, row.rank];
}

const digits = (value: number) => Number(value.toPrecision(6));

/** A picture as it is told, with what has become of the segment since the first observation. */
export function toItem(
  image: ImageDetail,
  segment: string | undefined,
  first: Observed | null,
  map: boolean,
): PictureItem {
  const row = rowOf(image, segment);
  const before = rowOf(first?.images[image.index], segment);
  return {
    ...rounded(image),
    rankChange: row && before ? row.rank - before.rank : null,
    attributionChange: row && before ? digits(row.attribution - before.attribution) : null,
    map,
  };
}

export function rounded<T extends ImageDetail>(image: T): T {
  const { margin, sat } = image;
  return {
    ...image,
    margin: margin === null ? null : digits(margin),
    sat: sat?.map((row) => ({ ...row, attribution: digits(row.attribution) })) ?? null,
  };
}

function rowOf(image: ImageDetail | undefined, segment: string | undefined): SatRow | undefined {
  return segment === undefined ? undefined : image?.sat?.find((row) => row.segment === segment);
}

function indexOf(what: 'segment' | 'class', name: string, names: readonly string[]): number {
  const index = names.indexOf(name);
  if (index >= 0) return index;
  const code = what === 'segment' ? 'UNKNOWN_SEGMENT' : 'UNKNOWN_CLASS';
  throw new SatwatchError(code, `no ${what} '${name}'; ${suggest(name, names)}`, name);
}
