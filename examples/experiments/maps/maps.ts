/**
 * Trainings whose attribution maps are kept: of 512 probe pictures at a few epochs, so that noise, other labels, other
 * masks and smaller probe sets are tried on the same maps afterwards.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProbeSet } from 'satwatch';
import { codeVersion, configure, type RunConfig } from '../runs/config.js';
import { createData, type Data } from '../runs/data.js';
import type { NetName } from '../runs/nets.js';
import { computeAll, hashOf, type PoolOptions } from '../runs/pool.js';
import { fixedText, text } from '../shortcuts/text.js';

/** Raised when the maps or their file change; `codeVersion` stands for pictures, nets and training. */
const mapVersion = 1;

/** A training of `stripes` with the watermark on a share of class A; all else is the same for every one. */
export interface MapConfig {
  /** Share of class A's training pictures that carry the watermark; half of the probe pictures of each class do at any dose. */
  dose: number;
  net: NetName;
  seed: number;
  /** Small pictures, little training: a second or two. */
  quick?: boolean;
  /** The watermark always at one place instead of random places. */
  fixed?: boolean;
}

export interface MappedRun {
  config: MapConfig;
  backend: string;
  /** That training, maps and measuring took. */
  seconds: number;
  classNames: string[];
  probe: ProbeSet;
  epochs: {
    /** Completed epochs; 0 is before training. */
    epoch: number;
    /** On test pictures without the watermark. */
    testAccuracy: number;
    /** Accuracy that the other class's test pictures lose when the watermark is stamped on them. */
    learned: number;
    /** input × gradient of the label's margin, a map for each probe picture: height · width, row-major. */
    maps: Float32Array[];
  }[];
}

/** What is beside the maps in the cache; the file of this is written last, and is the sign that there is a result. */
export interface MapsInfo {
  config: MapConfig;
  backend: string;
  probe: string;
  epochs: Omit<MappedRun['epochs'][number], 'maps'>[];
  seconds: number;
}

const usual = { epochs: 8, probe: 512, stamped: 300 };
const quickly = { epochs: 4, probe: 64, stamped: 40, train: 320 };

/** Epochs at which maps are kept: what is learned from a small dose is at its height after one or two, and fades. */
export const observed = ({ quick }: MapConfig) => (quick ? [0, 2, 4] : [0, 1, 2, 4, 8]);

export function trainingOf({ dose, net, seed, quick = false }: MapConfig): RunConfig {
  const choice = { task: 'stripes', kind: 'text', dose, net, seed };
  return configure({ ...choice, ...(quick ? quickly : usual) }, quick);
}

/** `parts`: which pictures are wanted; the probe set alone is drawn in a second. */
export function dataOf(config: MapConfig, parts: 'all' | 'probe' = 'all'): Data {
  const training = trainingOf(config);
  const some = parts === 'all' ? training : { ...training, train: 0, stamped: 0 };
  return createData(some, config.fixed ? fixedText : text);
}

/**
 * Computes what the cache lacks, spread over processes, then reads run after run, whose maps take 24 MB each. Runs of one seed in a row share their
 * probe set, the same object.
 */
export async function* eachMapped(
  configs: readonly MapConfig[],
  options: PoolOptions,
): AsyncGenerator<MappedRun> {
  mkdirSync(options.cache, { recursive: true });
  const jobs = configs.map((config) => ({
    kind: 'maps' as const,
    config,
    file: cacheFile(options.cache, config),
    name: describe(config),
  }));
  await computeAll(jobs, options);
  let last: { key: string; probe: ProbeSet } | undefined;
  for (const { config, file } of jobs) {
    const key = JSON.stringify([config.seed, Boolean(config.quick), Boolean(config.fixed)]);
    if (last?.key !== key) last = { key, probe: dataOf(config, 'probe').probe };
    yield read(file, last.probe);
  }
}

function describe({ dose, net, seed, fixed }: MapConfig): string {
  return `maps, ${fixed ? 'fixed ' : ''}text ${Math.round(100 * dose)} %, ${net} net, seed ${seed}`;
}

function cacheFile(cache: string, config: MapConfig): string {
  const { fixed = false } = config;
  const all = { ...trainingOf(config), fixed, codeVersion, mapVersion, observed: observed(config) };
  const plain = JSON.stringify(Object.entries(all).sort());
  return join(cache, `maps-${config.net}-${hashOf(plain)}.json`);
}

/** The maps lie beside their JSON: a peak for each in 32 bit, then all values in 16 bit, as value / peak · 32,767. */
export const mapsFile = (file: string) => file.replace(/json$/, 'maps');
const steps = 32_767;

export function pack(maps: readonly Float32Array[]): Buffer {
  const area = maps[0].length;
  const peaks = Float32Array.from(maps, (map) => map.reduce((most, v) => Math.max(most, Math.abs(v)), 0));
  const values = new Int16Array(maps.length * area);
  maps.forEach((map, m) => {
    for (let p = 0; p < area; p++) values[m * area + p] = Math.round((map[p] / peaks[m]) * steps);
  });
  return Buffer.concat([Buffer.from(peaks.buffer), Buffer.from(values.buffer)]);
}

/** A map that was not finite is NaN as a whole, which makes its picture invalid. */
export function unpack(bytes: Buffer, count: number): Float32Array[] {
  const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const peaks = new Float32Array(whole, 0, count);
  const values = new Int16Array(whole, 4 * count);
  const area = values.length / count;
  return Array.from(peaks, (peak, m) =>
    Float32Array.from(values.subarray(m * area, (m + 1) * area), (value) => (value / steps) * peak),
  );
}

function read(file: string, probe: ProbeSet): MappedRun {
  const info: MapsInfo = JSON.parse(readFileSync(file, 'utf8'));
  if (info.probe !== probe.id)
    throw new Error(`${file} was made with other probe pictures than are drawn now: delete it`);
  const [n, bytes] = [probe.images.length, readFileSync(mapsFile(file))];
  const maps = unpack(bytes, n * info.epochs.length);
  return {
    config: info.config,
    backend: info.backend,
    seconds: info.seconds,
    classNames: probe.classNames,
    probe,
    epochs: info.epochs.map((at, e) => ({ ...at, maps: maps.slice(e * n, (e + 1) * n) })),
  };
}
