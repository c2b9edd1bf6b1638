import { seededRandom } from '../../random.js';
import type { Mask, ProbeImage, ProbeSet } from '../../types.js';
import { Canvas, overlap } from './canvas.js';
import { Shown } from './shown.js';

/** A segment and the class it may sway predictions towards. */
export interface Pair {
  segment: string;
  className: string;
}

/** Both [n · classes], of n pictures, h·w·c floats each in the model's range. */
export type Predict = (
  pictures: Float32Array,
  n: number,
) => Promise<{ probabilities: Float32Array; logits: Float32Array }>;

/**
 * The probe pictures in the model's range, h·w·c floats each, by their index: in memory, or fetched as they are needed;
 * null where one cannot be.
 */
export type Pictures =
  | readonly Float32Array[]
  | { read(images: readonly number[]): Promise<(Float32Array | null)[]> };

/** What the model says of one picture, a value a class. */
export interface Answer {
  probabilities: Float32Array;
  logits: Float32Array;
}

/** Of a probe image, with something done to it. */
export interface AnswerFor extends Answer {
  image: number;
}

/** A segment as it is and filled, over the same probe images that show it. */
export interface Fills {
  present: AnswerFor[];
  ring: AnswerFor[];
  blur: AnswerFor[];
}

/** Fewer carriers than this in the class, and nothing is said. */
const leastGivers = 8;
/** Fewer pictures of other classes without the segment than this, and those that carry it receive too. */
const leastReceivers = 8;
const mostReceivers = 64;
/** Pastes of a pair: few receivers get more givers each, between 2 and 8. */
const pastes = 128;
const mostFilled = 64;
/** Receivers of a glance, one giver each. */
const glanced = 8;
const picturesAtOnce = 64;

/** All pairs of a suspect or context segment and a class that this probe set can test. */
export function planPairs(probe: ProbeSet): Pair[] {
  return probe.segmentNames
    .filter((name) => probe.roles[name] === 'suspect' || probe.roles[name] === 'context')
    .flatMap((segment) => probe.classNames.map((className) => ({ segment, className })))
    .filter((pair) => {
      const { givers, receivers, controls } = cast(probe, pair);
      return givers.length >= leastGivers && receivers.length > 1 && controls.length > 0;
    });
}

/** Forward passes (pictures) that `measurePair` takes beside those of `measureFills`. */
export function pairCost(probe: ProbeSet, pair: Pair): number {
  const { receivers, controls } = cast(probe, pair);
  const most = Math.min(mostReceivers, receivers.length);
  return most * giversEach(most) * (1 + controls.length);
}

/** Forward passes that a glance takes. */
export function glanceCost(probe: ProbeSet, pair: Pair): number {
  const { receivers, controls } = cast(probe, pair);
  return Math.min(glanced, receivers.length) * (1 + controls.length);
}

function giversEach(receivers: number): number {
  return Math.min(8, Math.max(2, Math.round(pastes / receivers)));
}

/** Forward passes that `measureFills` takes, once for all pairs of a segment, where the images as they are are known. */
export function fillCost(probe: ProbeSet, segment: string): number {
  const carriers = Shown.in(probe)
    .of(segment)
    .reduce((sum, shows) => sum + shows, 0);
  return 2 * Math.min(mostFilled, carriers);
}

/**
 * Pictures that show the segment, as they are, with the segment in the mean colour of the two-pixel ring around it, and
 * with it blurred; at most 64, the classes in equal parts as far as they go. A segment without a ring (a whole picture)
 * is in none of the three, nor is a picture that cannot be read. `asIs`: what the model says of the images as they are.
 */
export async function measureFills(
  probe: ProbeSet,
  pixels: Pictures,
  segment: string,
  predict: Predict,
  seed: number,
  asIs: readonly { answer: Answer | null }[] = [],
): Promise<Fills> {
  const random = seededRandom(seed ^ hash(segment));
  const canvas = new Canvas(probe);
  const ask = reader(probe, predict);
  const asked = { present: [], ring: [], blur: [] } as Record<keyof Fills, Promise<AnswerFor>[]>;
  for await (const { item: image, pictures } of fetched(
    pixels,
    evenly(probe, segment, random).map((image) => ({ item: image, images: [image] })),
  )) {
    const picture = pictures.get(image);
    if (!picture) continue;
    const mask = segmentMask(probe.images[image], segment)!;
    const ring = canvas.fill(picture, mask);
    if (!ring) continue;
    const known = asIs[image]?.answer;
    const answers = {
      present: known ? Promise.resolve(known) : ask(picture),
      ring: ask(ring),
      blur: ask(canvas.blur(picture, mask)),
    };
    for (const way of ['present', 'ring', 'blur'] as const)
      asked[way].push(answers[way].then((answer) => ({ image, ...answer })));
    await ask.flush();
  }
  await ask.flush(true);
  const [present, ring, blur] = await Promise.all(
    [asked.present, asked.ring, asked.blur].map((list) => Promise.all(list)),
  );
  return { present, ring, blur };
}

/** At most 64 images that show the segment: one of each class in turn, in random order. */
function evenly(probe: ProbeSet, segment: string, random: () => number): number[] {
  const shown = Shown.in(probe);
  const carries = shown.of(segment);
  const classes = shown.classes.map((members) => {
    const carriers = members.filter((i) => carries[i]);
    const first = sample(carriers, mostFilled, random);
    // As many draws as there are carriers, whatever is taken of them.
    for (let rest = carriers.length - first.length; rest > 0; rest--) random();
    return first;
  });
  const chosen: number[] = [];
  for (let turn = 0; chosen.length < mostFilled && classes.some((list) => turn < list.length); turn++)
    for (const list of classes) if (turn < list.length && chosen.length < mostFilled) chosen.push(list[turn]);
  return chosen;
}

/** One paste, and what the model says of it and of its controls: control 1 (where it exists), then control 2. */
export interface Paste {
  /** Probe images. */
  receiver: number;
  giver: number;
  pasted: Answer;
  controls: Answer[];
}

/**
 * The pictures of the reliance test of one pair (s, c), forward passes only. For every receiver i (a picture of another
 * class without s; where there are fewer than eight of those, any of another class; 64 at most) and random givers j
 * (pictures of c that carry s; as many as make 128 pastes, 2 to 8 for a receiver):
 *
 *   paste(i, j)   = i with j's pixels on j's mask of s; where i carries s itself, only on the intersection
 *   control 1     = the same mask, the pixels of a picture of c without s; absent where every picture of c carries s
 *   control 2     = the same mask, the pixels of another picture of i's class without s; where every one carries s
 *                   (a region such as the sky), the pixels of its own segment s, on its own mask
 *
 * Receivers, givers and controls depend on `seed` and the pair only, so every observation makes the same pictures. A
 * paste is left out where one of its pictures cannot be read. A glance is the first paste of the first eight receivers.
 * `effectOf` says what the answers mean.
 */
export async function measurePair(
  probe: ProbeSet,
  pixels: Pictures,
  pair: Pair,
  predict: Predict,
  seed: number,
  look: 'glance' | 'whole' = 'whole',
): Promise<Paste[]> {
  const { images } = probe;
  const random = seededRandom(seed ^ hash(JSON.stringify([pair.segment, pair.className])));
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
  const canvas = new Canvas(probe);
  const masks = new Map<number, Mask | undefined>();
  const maskOf = (i: number) => {
    if (!masks.has(i)) masks.set(i, segmentMask(images[i], pair.segment));
    return masks.get(i);
  };
  const { givers, receivers, controls } = cast(probe, pair);
  const ask = reader(probe, predict);

  // All draws come first: the pictures are fetched while the model is asked of those before.
  const plans: Plan[] = [];
  const chosen = sample(receivers, mostReceivers, random);
  const each = giversEach(chosen.length);
  for (const i of chosen) {
    const own = maskOf(i);
    const reachable = own ? givers.filter((j) => overlap(maskOf(j)!, own)) : givers;
    if (reachable.length === 0) continue;
    const pastes = Array.from({ length: each }, () => ({
      giver: pick(reachable),
      controls: controls.map((control) => pick(control(i))),
    }));
    plans.push({
      item: { receiver: i, pastes },
      images: [i, ...pastes.flatMap((p) => [p.giver, ...p.controls])],
    });
  }

  const glance = look === 'glance';
  const asked: Promise<Paste>[] = [];
  for await (const { item, pictures } of fetched(pixels, glance ? plans.slice(0, glanced) : plans)) {
    const { receiver, pastes } = item;
    const own = maskOf(receiver);
    const onto = pictures.get(receiver);
    if (!onto) continue;
    for (const { giver, controls } of glance ? pastes.slice(0, 1) : pastes) {
      if (![giver, ...controls].every((image) => pictures.has(image))) continue;
      const inside = canvas.inside(maskOf(giver)!, own);
      const pasted = ask(canvas.paste(onto, pictures.get(giver)!, inside));
      const answers = controls.map((from) => {
        const theirs = maskOf(from);
        const where = theirs ? canvas.inside(theirs, own) : inside;
        return ask(canvas.paste(onto, pictures.get(from)!, where));
      });
      asked.push(
        Promise.all([pasted, ...answers]).then(([first, ...rest]) => ({
          receiver,
          giver,
          pasted: first,
          controls: rest,
        })),
      );
    }
    await ask.flush();
  }
  await ask.flush(true);
  return Promise.all(asked);
}

/** A receiver with the pictures that its pastes are made of. */
interface Plan extends Wanted<{ receiver: number; pastes: { giver: number; controls: number[] }[] }> {}

interface Wanted<T> {
  item: T;
  images: number[];
}

/** Each item with those of its pictures, by index, that can be read; the next one's are on their way. */
async function* fetched<T>(pixels: Pictures, wanted: readonly Wanted<T>[]) {
  const fetch = (images: number[]): (Float32Array | null)[] | Promise<(Float32Array | null)[]> => {
    if (!('read' in pixels)) return images.map((i) => pixels[i]);
    const reading = pixels.read(images);
    // The one before may fail, and then nobody comes for this.
    reading.catch(() => {});
    return reading;
  };
  let next = fetch(wanted[0]?.images ?? []);
  for (const [w, { item, images }] of wanted.entries()) {
    const list = await next;
    if (w + 1 < wanted.length) next = fetch(wanted[w + 1].images);
    const pictures = new Map<number, Float32Array>();
    list.forEach((picture, i) => {
      if (picture) pictures.set(images[i], picture);
    });
    yield { item, pictures };
  }
}

/** Who plays which part for a pair; indices into the probe images. Linear in the images: it is asked for every pair. */
function cast(probe: ProbeSet, { segment, className }: Pair) {
  const { images, classNames } = probe;
  const label = classNames.indexOf(className);
  const shown = Shown.in(probe);
  const { classes } = shown;
  const carries = shown.of(segment);
  const members = classes[label];
  const without = members.filter((i) => !carries[i]);
  const strangers = images.flatMap((image, i) => (image.label === label ? [] : i));
  // A class of one picture has no other for the control.
  const mated = strangers.filter((i) => classes[images[i].label].length > 1);
  const others = mated.length > 0 ? mated : strangers;
  const bare = others.filter((i) => !carries[i]);
  const classmates = (i: number) => {
    const mates = classes[images[i].label].filter((k) => k !== i);
    const bare = mates.filter((k) => !carries[k]);
    return bare.length ? bare : mates;
  };
  const controls: ((receiver: number) => number[])[] = [];
  if (without.length > 0) controls.push(() => without);
  if (mated.length > 0) controls.push(classmates);
  return {
    givers: members.filter((i) => carries[i]),
    receivers: bare.length >= leastReceivers ? bare : others,
    controls,
  };
}

function segmentMask(image: ProbeImage, name: string): Mask | undefined {
  const mask = image.segments.find((segment) => segment.name === name)?.mask;
  return mask && mask.runs.length > 0 ? mask : undefined;
}

/** Asks the model of single pictures, in batches: full ones at `flush`, the rest at `flush(true)`. */
function reader({ classNames }: ProbeSet, predict: Predict) {
  let waiting: { picture: Float32Array; resolve(answer: Answer): void }[] = [];
  const ask = (picture: Float32Array) =>
    new Promise<Answer>((resolve) => {
      waiting.push({ picture, resolve });
    });
  const flush = async (all = false) => {
    while (waiting.length >= picturesAtOnce || (all && waiting.length > 0)) {
      const now = waiting.slice(0, picturesAtOnce);
      waiting = waiting.slice(picturesAtOnce);
      const batch = new Float32Array(now.length * now[0].picture.length);
      now.forEach(({ picture }, i) => {
        batch.set(picture, i * picture.length);
      });
      const { probabilities, logits } = await predict(batch, now.length);
      now.forEach(({ resolve }, i) => {
        const [from, to] = [i * classNames.length, (i + 1) * classNames.length];
        resolve({ probabilities: probabilities.slice(from, to), logits: logits.slice(from, to) });
      });
    }
  };
  return Object.assign(ask, { flush });
}

function sample(list: readonly number[], most: number, random: () => number): number[] {
  const rest = [...list];
  const chosen: number[] = [];
  while (chosen.length < most && rest.length > 0)
    chosen.push(...rest.splice(Math.floor(random() * rest.length), 1));
  return chosen;
}

/** FNV-1a over UTF-16 units. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
