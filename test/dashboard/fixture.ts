/**
 * A plausible run without any training, written by the real RunWriter: a watermark that climbs, alerts, effects and
 * a gap. `child.js` runs `main` in a process of its own, for tests that need another writer than themselves.
 */
import { createInterface } from 'node:readline';
import sharp from 'sharp';
import { type AlertChanges, openStore, quantise, RunWriter, type Store } from '../../src/store/index.js';
import type { Aggregation, Alert, Cost, CostVariant, ProbeSet, Role, StoredMap } from '../../src/types.js';

export interface FixtureOptions {
  name: string;
  segments: number;
  /** Epochs to come, as the axis shows it. */
  epochs: number;
  classNames: string[];
  /** No image could be measured at these epochs. */
  gaps: number[];
  /** Names in place of the usual ones, from the first segment on. */
  names: string[];
  rules: object[];
  /** 0: no shortcut is learned and nothing alarms. */
  shortcut: number;
  images: number;
  /** Whether the maps of every observation are kept; an alert's own are. */
  maps: boolean;
  /** False: a store of a satwatch that kept none. */
  pictures: boolean;
  /** Channels that have to deliver the alerts. */
  channels: string[];
  method: string;
  methodOptions: Record<string, unknown>;
  /** Names of runs that it is compared with. */
  reference: string[];
}

const defaults: FixtureOptions = {
  name: 'horses',
  segments: 9,
  epochs: 12,
  classNames: ['horse', 'zebra'],
  gaps: [],
  names: [],
  rules: [{ name: 'reliance' }, { name: 'rankThreshold', rank: 3, segment: 'watermark', level: 'warning' }],
  shortcut: 1,
  images: 32,
  maps: true,
  pictures: true,
  channels: [],
  method: 'input-x-gradient',
  methodOptions: {},
  reference: [],
};

const parts: [name: string, role: Role | undefined, score: number][] = [
  ['watermark', 'suspect', -1.2],
  ['head', 'core', 0.8],
  ['grass', 'context', -0.6],
  ['eyes', 'core', 1.9],
  ['body', 'core', 0.3],
  ['legs', 'core', 0.1],
  ['sky', 'context', -2],
  ['cloud', 'context', -1],
  ['tail', undefined, -0.2],
];

/** Pictures are this many pixels wide and high. */
export const side = 8;

/** One of few plain colours an image, as JPEGs. */
const jpegs = await Promise.all(
  Array.from({ length: 16 }, (_, i) =>
    sharp({ create: { width: side, height: side, channels: 3, background: colorOf(i) } })
      .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
      .toBuffer(),
  ),
);

/** The colour of an image all over. */
export function colorOf(image: number): { r: number; g: number; b: number } {
  return { r: 40 + 12 * (image % 16), g: 120, b: 220 - 12 * (image % 16) };
}

/** Where a segment is on an image: the left upper corner of its square of 2 × 2 pixels. */
export function cornerOf(image: number, segment: number): [x: number, y: number] {
  return [(segment + image) % (side - 1), (2 * segment) % (side - 1)];
}

/** A segment's mean attribution on an image; ranks follow from it. */
export function attributionAt(epoch: number, image: number, segment: number): number {
  return Math.fround(noise(segment + 100 * image, epoch));
}

export function marginAt(epoch: number, image: number): number {
  return Math.fround(noise(image, epoch + 0.25) * 4 + 2);
}

/** Up to `peak` on the first segment's square, down to −peak in the row at the bottom, nothing elsewhere. */
export function mapOf(image: number, peak = 0.25 + image / 64): StoredMap {
  const map = new Float32Array(side * side).fill(0, 0, side * side);
  map.fill(-peak, side * (side - 1));
  const [x, y] = cornerOf(image, 0);
  for (const p of [0, 1, side, side + 1]) map[y * side + x + p] = peak;
  return quantise(map)!;
}

/** Kept with the reliance alert, the most telling first. */
export const alertImages = [1, 12, 4, 0, 5, 8];

/** Costs of the first segment; not measured at `costGap`. */
export const costGap = 5;
export function costAt(
  epoch: number,
  variant: CostVariant,
  className: string | null,
): Pick<Cost, 'images' | 'accuracy' | 'margin'> {
  const learned = 1 - Math.exp(-epoch / 3);
  const loss = { present: 0, ring: 0.3, blur: 0.2, unpasted: 0.05, pasted: 0.5 }[variant];
  const accuracy = 0.5 + learned * (0.45 - loss) - (className === 'zebra' ? 0.02 : 0);
  return { images: 16, accuracy, margin: 8 * (accuracy - 0.5) };
}

export const alarmEpoch = 4;
export const resolvedEpoch = 6;

function partsOf({ segments, names }: FixtureOptions): typeof parts {
  return Array.from({ length: segments }, (_, i) => {
    const [name, role, score] = parts[i] ?? [
      `part ${i + 1}`,
      (['core', 'context', undefined] as const)[i % 3],
      noise(i, 1) * 2 - 0.5,
    ];
    return [names[i] ?? name, role, score];
  });
}

export function probeSet(options: Partial<FixtureOptions> = {}): ProbeSet {
  const full = { ...defaults, ...options };
  const list = partsOf(full);
  const mask = (image: number, segment: number) => {
    const [x, y] = cornerOf(image, segment);
    return { width: side, height: side, runs: new Uint32Array([y * side + x, 2, (y + 1) * side + x, 2]) };
  };
  return {
    id: `fixture-${full.images}-${full.segments}-${full.names.join('')}`,
    width: side,
    height: side,
    channels: 3,
    classNames: full.classNames,
    segmentNames: list.map(([name]) => name),
    roles: Object.fromEntries(list.flatMap(([name, role]) => (role ? [[name, role]] : []))),
    images: Array.from({ length: full.images }, (_, i) => ({
      id: `image-${i}`,
      label: i % full.classNames.length,
      pixels: new Uint8Array(side * side * 3),
      // The first segment is on every other picture only.
      segments: list.map(([name], s) => ({ name, mask: mask(i, s) })).filter((_, s) => s > 0 || i % 4 < 2),
    })),
  };
}

/** What is drawn of the first segment over all classes, for tests that compare. */
export function meanRank(epoch: number, segment: number, options: Partial<FixtureOptions> = {}): number {
  return rankAt(epoch, segment, 0, { ...defaults, ...options });
}

/** The expected rank in a contest of scores: sums to k(k+1)/2, as ranks do. */
function rankAt(epoch: number, segment: number, offset: number, options: FixtureOptions): number {
  const list = partsOf(options);
  const score = (s: number) => {
    const climb = s === 0 ? options.shortcut * 5.2 * sigmoid((epoch - 3.2) * 1.1) : 0;
    return list[s][2] + climb + noise(s, epoch + offset) * 0.35;
  };
  const own = score(segment);
  let rank = 1;
  for (let s = 0; s < list.length; s++) if (s !== segment) rank += sigmoid((score(s) - own) * 1.4);
  return rank;
}

export interface Recording {
  store: Store;
  writer: RunWriter;
}

export function startRun(store: Store, options: Partial<FixtureOptions> = {}, resume = false): Recording {
  const full = { ...defaults, ...options };
  const writer = new RunWriter(store, {
    name: full.name,
    resume,
    probe: probeSet(full),
    config: {
      rules: full.rules,
      epochs: full.epochs,
      method: full.method,
      methodOptions: full.methodOptions,
      reference: full.reference,
      score: 'margin',
      target: 'label',
    },
    model: { layers: 7, parameters: 24_130 },
    versions: { satwatch: '0.1.0', tfjs: '4.22.0' },
    backend: 'wasm',
  });
  const { images } = probeSet(full);
  if (full.pictures && store.countPictures(probeSet(full).id) === 0)
    writer.pictures(images.map(({ segments }, image) => ({ image, jpeg: jpegs[image % 16], segments })));
  return { store, writer };
}

/**
 * Commits the observation of one epoch, with the alerts that begin or end there.
 * @param after the epoch that a resumed training observed before this one: what is between them is replaced
 */
export function observe(
  recording: Recording,
  epoch: number,
  options: Partial<FixtureOptions> = {},
  after?: number,
): Alert[] {
  const full = { ...defaults, ...options };
  const probe = probeSet(full);
  const gap = full.gaps.includes(epoch);
  const classes: (string | null)[] = [null, ...full.classNames];
  const rows = (['relative', 'absolute'] as Aggregation[]).flatMap((aggregation, a) =>
    classes.flatMap((className, c) =>
      probe.segmentNames.map((segment, s) => {
        const meanRank = gap ? null : rankAt(epoch, s, c * 0.37 + a * 0.11, full) + (s === 0 ? a * 0.8 : 0);
        const n = gap ? 0 : s === 0 && a === 0 ? 16 : 32;
        return {
          aggregation,
          className,
          segment,
          n: className === null ? n : Math.round(n / full.classNames.length),
          meanRank,
          meanAttribution: meanRank === null ? null : (noise(s, 7) < 0 ? -1 : 1) * (0.09 / meanRank),
          chanceRank: gap ? null : full.segments / 2 + noise(s, 3) + noise(s, epoch) * 0.2,
        };
      }),
    ),
  );
  const learned = 1 - Math.exp(-epoch / 3.5);
  const acc = 0.5 + 0.47 * learned + noise(1, epoch) * 0.01;
  const metrics = {
    loss: gap ? null : 0.69 * (1 - learned) + 0.06 + noise(2, epoch) * 0.01,
    val_loss: 0.7 * (1 - learned) + 0.12 + noise(3, epoch) * 0.02,
    acc: gap ? null : acc,
    val_acc: acc - 0.03 + noise(4, epoch) * 0.015,
  };
  return recording.writer.observation(
    {
      epoch,
      after,
      step: epoch * 41,
      seconds: 0.41,
      share: epoch === 0 ? null : 0.07 + noise(5, epoch) * 0.01,
      metrics: epoch === 0 ? {} : metrics,
      probeAccuracy: acc - 0.05,
      sats: probe.images.map((image, i) =>
        gap
          ? null
          : image.segments.map(({ name }, s) => ({
              segment: name,
              area: 4,
              attribution: attributionAt(epoch, i, probe.segmentNames.indexOf(name)),
              rank: s + 1,
            })),
      ),
      rows,
      effects: full.classNames.flatMap((className, c) =>
        probe.segmentNames
          .filter((_, s) => s === 0 || s === 2 || epoch % 3 === 0)
          .map((segment, s) => ({
            segment,
            className,
            effect: effectAt(epoch, s, c, full),
            z: 5 + epoch,
            fill: s === 0 ? effectAt(epoch - 0.6, s, c, full) * 0.9 : null,
            top: s === 0 ? effectAt(epoch, s, c, full) : 0.37,
            blur: s === 0 ? effectAt(epoch - 0.6, s, c, full) * 0.8 : null,
            flipped: effectAt(epoch, s, c, full) * 0.7,
            lost: effectAt(epoch, s, c, full) * 0.6,
            receivers: 16,
            givers: 8,
          })),
      ),
      predictions: probe.images.map(({ label }, i) =>
        gap
          ? { predicted: null, margin: null }
          : {
              predicted: marginAt(epoch, i) > 0 ? label : (label + 1) % full.classNames.length,
              margin: marginAt(epoch, i),
            },
      ),
      costs: epoch === costGap || gap ? [] : costsAt(epoch, probe),
      maps: new Map(full.maps && !gap ? probe.images.map((_, i) => [i, mapOf(i)]) : []),
    },
    full.shortcut ? alertsAt(recording, epoch, probe, full) : { raised: [], updated: [] },
  );
}

function costsAt(epoch: number, { segmentNames: [segment], classNames }: ProbeSet) {
  const filled = [null, ...classNames].flatMap((className) =>
    (['present', 'ring', 'blur'] as const).map((variant) => ({ className, variant })),
  );
  const pasted = classNames.flatMap((className) =>
    (['unpasted', 'pasted'] as const).map((variant) => ({ className, variant })),
  );
  return [...filled, ...pasted].map(({ className, variant }) => ({
    segment,
    className,
    variant,
    ...costAt(epoch, variant, className),
  }));
}

function effectAt(epoch: number, segment: number, className: number, { shortcut }: FixtureOptions): number {
  const wobble = noise(segment + className * 11, epoch + 0.5) * 0.006;
  return segment === 0 && className === 0 ? shortcut * 0.17 * sigmoid((epoch - 4.6) * 1.3) + wobble : wobble;
}

function alertsAt(
  { store, writer }: Recording,
  epoch: number,
  probe: ProbeSet,
  options: FixtureOptions,
): AlertChanges {
  const [segment] = probe.segmentNames;
  const [className] = options.classNames;
  const points = (e: number) => Math.round(effectAt(e, 0, 0, options) * 100);
  const say = (e: number) =>
    `Predictions move ${points(e)} points towards '${className}' when '${segment}' is present ` +
    `(alarm since epoch ${alarmEpoch}, confirmed by filling it); ` +
    'look at pictures with and without it';
  const evidence = (e: number) => ({
    effect: effectAt(e, 0, 0, options),
    z: 5 + e,
    fill: effectAt(e - 0.6, 0, 0, options) * 0.9,
    blur: effectAt(e - 0.6, 0, 0, options) * 0.8,
    zThreshold: 3.5,
    top: null,
    flipped: effectAt(e, 0, 0, options) * 0.7,
    lost: effectAt(e, 0, 0, options) * 0.6,
    confirmation: 'confirmed',
    receivers: 16,
    givers: 8,
    peak: effectAt(e, 0, 0, options),
    peakEpoch: e,
  });
  const open = store.alerts(writer.run);
  const updated = open.flatMap((alert): Alert[] => {
    if (alert.rule === 'reliance')
      return [
        { ...alert, to: effectAt(epoch, 0, 0, options), message: say(epoch), evidence: evidence(epoch) },
      ];
    return epoch === resolvedEpoch ? [{ ...alert, resolvedEpoch: epoch }] : [];
  });
  if (epoch === 2 && probe.segmentNames.length > 2)
    return {
      updated,
      raised: [
        {
          rule: 'rankShift',
          level: 'warning',
          segment: probe.segmentNames[2],
          className: null,
          epoch,
          from: rankAt(0, 2, 0, options),
          to: rankAt(epoch, 2, 0, options),
          message: `'${probe.segmentNames[2]}' has risen against the first observation; compare pictures with and without it`,
          evidence: { peak: rankAt(epoch, 2, 0, options), peakEpoch: epoch, asked: { by: 0.5 } },
          channels: options.channels,
        },
      ],
    };
  if (epoch !== alarmEpoch) return { raised: [], updated };
  return {
    updated,
    raised: [
      {
        rule: 'reliance',
        level: 'alarm',
        segment,
        className,
        epoch,
        from: effectAt(0, 0, 0, options),
        to: effectAt(epoch, 0, 0, options),
        message: say(epoch),
        evidence: evidence(epoch),
        images: alertImages.map((image) => ({ image, map: mapOf(image, 1) })),
        channels: options.channels,
      },
    ],
  };
}

/** Writes epochs `from` to `to`, both included. */
export function writeRun(
  path: string,
  {
    from = 0,
    to = 8,
    done = false,
    ...options
  }: Partial<FixtureOptions> & {
    from?: number;
    to?: number;
    done?: boolean;
  } = {},
): number {
  const store = openStore(path);
  const recording = startRun(store, options, from > 0);
  for (let epoch = from; epoch <= to; epoch++) observe(recording, epoch, options);
  if (done) recording.writer.finish('done');
  store.close();
  return recording.writer.run;
}

/** `STORE OPTIONS-AS-JSON`, then a command a line: `observe EPOCH`, `heartbeat`, `finish`; each is answered. */
export async function main([path, json = '{}']: string[]): Promise<void> {
  const options = JSON.parse(json) as Partial<FixtureOptions> & { from?: number; to?: number };
  const { from = 0, to = -1 } = options;
  const store = openStore(path);
  const recording = startRun(store, options, true);
  for (let epoch = from; epoch <= to; epoch++) observe(recording, epoch, options);
  console.log('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, argument] = line.split(' ');
    if (command === 'observe') observe(recording, Number(argument), options);
    if (command === 'heartbeat') recording.writer.heartbeat();
    if (command === 'finish') recording.writer.finish('done');
    console.log(`${line} ${Date.now()}`);
  }
  store.close();
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** The same value in −1..1 for the same numbers. */
function noise(a: number, b: number): number {
  const x = Math.sin(a * 127.1 + b * 311.7 + 1.3) * 43758.5453;
  return (x - Math.floor(x)) * 2 - 1;
}
