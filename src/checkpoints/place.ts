/** Where in the training a checkpoint stands, as its name says. */
export interface Place {
  epoch: number | null;
  step: number | null;
}

/**
 * Reads a name, with folders before it: `epoch-10`, `model.05-0.32.h5`, `epoch=3-step=1200`, `run1/ckpt_7.keras`.
 * The epoch is the number after "epoch" or "ep"; else the last whole number that stands by itself, or right behind
 * "model", "weights", "checkpoint", "ckpt", "cp", "net" or "snapshot". Numbers after "step", "iter" or "batch" are
 * batches seen. Dates and decimal fractions are no epochs.
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
  const bare = part.replace(/\.(h5|hdf5|keras|json)$/i, '').replace(date, '~');
  const step = number(
    bare,
    /(?:^|[^a-z])(?:global[-_ ]?)?(?:steps?|iter(?:ation)?s?|batch(?:es)?)[-_=. ]?(\d+)/i,
  );
  const named = number(bare, /(?:^|[^a-z])(?:epochs?|ep)[-_=. ]?(\d+)/i);
  if (named !== null || step !== null) return { epoch: named, step };
  const alone = [...bare.matchAll(standing)].at(-1);
  return { epoch: alone ? Number(alone[1]) : null, step: null };
}

const date = /\d{4}-?[01]\d-?[0-3]\d(?:[T_ -]?[0-2]\d[:-]?[0-5]\d(?:[:-]?[0-5]\d)?)?/g;
const standing =
  /(?:(?<![a-z0-9])(?<!\d\.)|(?<![a-z])(?:model|weights|checkpoint|ckpt|cp|net|snapshot))(\d+)(?![a-z0-9])(?!\.\d)/gi;

function number(text: string, pattern: RegExp): number | null {
  const found = pattern.exec(text);
  return found ? Number(found[1]) : null;
}

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
