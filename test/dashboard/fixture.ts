/**
 * A plausible run without any training, written by the real RunWriter: a watermark that climbs, alerts, effects and
 * a gap. `child.js` runs `main` in a process of its own, for tests that need another writer than themselves.
 */
import { createInterface } from 'node:readline';
import { type AlertChanges, openStore, RunWriter, type Store } from '../../src/store/index.js';
import type { Aggregation, Alert, ProbeSet, Role } from '../../src/types.js';

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
  const mask = (i: number) => ({ width: 8, height: 8, runs: new Uint32Array([i % 60, 1 + (i % 4)]) });
  return {
    id: `fixture-${full.segments}-${full.names.join('')}`,
    width: 8,
    height: 8,
    channels: 3,
    classNames: full.classNames,
    segmentNames: list.map(([name]) => name),
    roles: Object.fromEntries(list.flatMap(([name, role]) => (role ? [[name, role]] : []))),
    images: Array.from({ length: 32 }, (_, i) => ({
      id: `image-${i}`,
      label: i % full.classNames.length,
      pixels: new Uint8Array(8 * 8 * 3),
      // The first segment is on every other picture only.
      segments: list.map(([name], s) => ({ name, mask: mask(s) })).filter((_, s) => s > 0 || i % 4 < 2),
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
    config: { rules: full.rules, epochs: full.epochs, method: 'input-x-gradient' },
    model: { layers: 7, parameters: 24_130 },
    versions: { satwatch: '0.1.0', tfjs: '4.22.0' },
    backend: 'wasm',
  });
  return { store, writer };
}

/** Commits the observation of one epoch, with the alerts that begin or end there. */
export function observe(recording: Recording, epoch: number, options: Partial<FixtureOptions> = {}): Alert[] {
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
      step: epoch * 41,
      seconds: 0.41,
      share: epoch === 0 ? null : 0.07 + noise(5, epoch) * 0.01,
      metrics: epoch === 0 ? {} : metrics,
      probeAccuracy: acc - 0.05,
      sats: probe.images.map((image) =>
        gap
          ? null
          : image.segments.map(({ name }, s) => ({
              segment: name,
              area: 1,
              attribution: noise(s, epoch),
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
            receivers: 16,
            givers: 8,
          })),
      ),
    },
    full.shortcut ? alertsAt(recording, epoch, probe, full) : { raised: [], updated: [] },
  );
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
    `(alarm since epoch ${alarmEpoch}; about ${Math.round(points(e) * 1.33 + 1)} points of accuracy); ` +
    'look at pictures with and without it';
  const evidence = (e: number) => ({
    effect: effectAt(e, 0, 0, options),
    z: 5 + e,
    fill: effectAt(e - 0.6, 0, 0, options) * 0.9,
    thresholds: { warning: { effect: 0.02, z: 3 }, alarm: { effect: 0.03, z: 4, fill: 0.03 } },
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
          evidence: { peak: rankAt(epoch, 2, 0, options), peakEpoch: epoch },
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
