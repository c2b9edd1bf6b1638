/** Where in the training a checkpoint stands, as its name says: by epochs or by batches seen, or not at all. */
export interface Place {
  epoch: number | null;
  step: number | null;
}

/**
 * Reads a name, with folders before it: `epoch-10`, `model.05-0.32.h5`, `epoch=3-step=1200`, `run1/ckpt_7.keras`.
 * The epoch is the number after "epoch" or "ep", which may be a fraction; else the last whole number that stands by
 * itself, or right behind "model", "weights", "checkpoint", "ckpt", "cp", "net" or "snapshot". Where no epoch is named,
 * a number after "step", "iter" or "batch" is the batches seen; "batch" before a number that stands by itself is the
 * size of a batch. Dates, times, numbers such as 1e-04 and other decimal fractions are no epochs.
 */
export function placeOf(name: string): Place {
  const nothing = { epoch: null, step: null };
  for (const part of name.split('/').reverse()) {
    const place = placeOfPart(part);
    if (place.epoch !== null || place.step !== null) return place;
  }
  return nothing;
}

function placeOfPart(part: string): Place {
  const bare = [date, dayFirst, clock, unixTime, scientific]
    .reduce((rest, other) => rest.replace(other, '~'), part.replace(/\.(h5|hdf5|keras|json)$/i, ''))
    .replace(outOf, '$1');
  const epoch = named.exec(bare);
  // Batches seen, within the epoch or in all, add nothing to it.
  if (epoch) return { epoch: Number(epoch[1]), step: null };
  const alone = [...bare.matchAll(standing)].at(-1);
  const step = seen.exec(bare);
  const isSize = step && /batch/i.test(step[0]) && alone && alone.index >= step.index + step[0].length;
  if (step && !isSize) return { epoch: null, step: Number(step[1]) };
  return { epoch: alone ? Number(alone[1]) : null, step: null };
}

// A fraction is one only where no further one follows: `epoch-3.0.95` is epoch 3.
const named = /(?:^|[^a-z])(?:epochs?|ep)[-_=. ]?(\d+(?:\.\d+(?![.\d]))?)/i;
const seen = /(?:^|[^a-z])(?:global[-_ ]?)?(?:steps?|iter(?:ation)?s?|batch(?:es)?)[-_=. ]?(\d+)/i;
const standing =
  /(?:(?<![a-z0-9])(?<!\d\.)|(?<![a-z])(?:model|weights|checkpoint|ckpt|cp|net|snapshot))(\d+)(?![a-z0-9])(?!\.\d)/gi;
/** `3-of-10` is the third. */
const outOf = /(\d+)([-_ ]?)of\2\d+/gi;

const date =
  /(?<!\d)(?:19|20)\d\d([-_.]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?:[T_ -]?[0-2]\d[:_-]?[0-5]\d(?:[:_-]?[0-5]\d)?)?(?!\d)/g;
const dayFirst = /(?<!\d)\d\d([-_.])\d\d\1(?:19|20)\d\d(?!\d)/g;
const clock = /(?<!\d)(?:[01]\d|2[0-3])([-_.:])[0-5]\d\1[0-5]\d(?!\d)/g;
/** In s, ms or µs, of the years from 2001 to 2033. */
const unixTime = /(?<!\d)1\d{9}(?:\d{3}){0,2}(?:\.\d+)?(?!\d)/g;
const scientific = /\d+(?:\.\d+)?e[-+]?\d+(?![a-z0-9])/gi;

export interface Placed extends Place {
  /** Relative to the watched folder. */
  name: string;
  /** When it was last written, in ms. */
  time: number;
}

const natural = new Intl.Collator('en', { numeric: true });

/** By epoch, then step; what has neither in its name comes last, by time. */
export function byPlace(a: Placed, b: Placed): number {
  return (
    compare(a.epoch, b.epoch) ||
    compare(a.step, b.step) ||
    (a.epoch === null && a.step === null ? a.time - b.time : 0) ||
    natural.compare(a.name, b.name)
  );
}

/** Nothing comes after every number. */
function compare(a: number | null, b: number | null): number {
  if (a === b) return 0;
  return (a ?? Number.POSITIVE_INFINITY) - (b ?? Number.POSITIVE_INFINITY);
}
