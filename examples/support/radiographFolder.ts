import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, parse, posix, resolve } from 'node:path';
import { createProbeSet, loadProbeSet, type ProbeImage, type ProbeSet, type Role } from 'satwatch';
import { parseCsv } from '../../src/probe/labels.js';
import { seededRandom, shuffled } from './random.js';

export interface Radiographs {
  /** In the order of their names. */
  classNames: string[];
  train: ProbeImage[];
  test: ProbeImage[];
  /** The pictures that the CSV gives to the split `probe`; where there are none, those of the test that have masks. */
  probe: ProbeSet;
}

export interface RadiographOptions {
  /** Holds labels.csv, and the pictures at the paths that it says. */
  data: string;
  /** Holds labels.json and a label PNG for each picture, or without it a folder of PNGs for each part. */
  masks: string;
  side: number;
  /** Pictures of a class in each split. */
  most?: number;
  /** Names of parts. Without any, those with 'lung' in their names are core. */
  core: string[];
  suspect: string[];
}

const splits = ['train', 'test', 'probe'] as const;
type Split = (typeof splits)[number];

interface Row {
  file: string;
  label: string;
  split: Split | null;
}

/** All pictures of the folder, side × side in three channels, read as a probe set is: training sees what is measured. */
export async function readRadiographs(options: RadiographOptions): Promise<Radiographs> {
  const { data, masks, side, most = Number.POSITIVE_INFINITY } = options;
  const rows = withSplits(readRows(join(data, 'labels.csv')));
  const classNames = [...new Set(rows.map(({ label }) => label))].sort();
  const masksOf = maskFinder(masks);
  const counts = new Map<string, number>();
  const entries = rows
    .filter(({ label, split }) => {
      const key = `${label}\0${split}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return counts.get(key)! <= most;
    })
    .map((row) => ({ ...row, masks: masksOf(row.file) }));
  const images = await load(options, classNames, entries);
  const [train, test, given] = splits.map((split) => images.filter((_, i) => entries[i].split === split));
  for (const [split, list] of Object.entries({ train, test }))
    if (list.length === 0) throw new Error(`labels.csv: no picture is in the split '${split}'; give it some`);
  const masked = new Set(entries.flatMap((entry) => (Object.keys(entry.masks).length ? [entry.file] : [])));
  const watched = (given.length ? given : test).filter(({ id }) => masked.has(id));
  if (watched.length === 0)
    throw new Error(
      `${masks}: no picture of the split '${given.length ? 'probe' : 'test'}' has a mask; expected PART/NAME.png, or NAME.png and labels.json, where NAME is a picture's name without its ending`,
    );
  const roles = rolesOf(watched, options);
  return {
    ...{ classNames, train, test },
    probe: createProbeSet({ width: side, height: side, channels: 3, classNames, roles, images: watched }),
  };
}

/** Their images in the same order, by satwatch's own layout in a folder that leads to the pictures and masks. */
async function load(
  { data, masks, side }: RadiographOptions,
  classNames: string[],
  entries: readonly (Row & { masks: Masks })[],
): Promise<ProbeImage[]> {
  const layout = mkdtempSync(join(tmpdir(), 'satwatch-radiographs-'));
  try {
    symlinkSync(resolve(data), join(layout, 'pictures'), 'junction');
    symlinkSync(resolve(masks), join(layout, 'masks'), 'junction');
    const images = entries.map(({ file, label, masks: own }) => ({
      ...{ id: file, file: `pictures/${file}`, label },
      ...own,
    }));
    writeFileSync(
      join(layout, 'probe.json'),
      JSON.stringify({ version: 1, classNames, ...namesOfIds(masks), images }),
    );
    // All pixels in memory: the folder is gone afterwards.
    const memory = Number.MAX_SAFE_INTEGER;
    const size = { width: side, height: side, channels: 3 };
    return (await loadProbeSet(layout, { ...size, background: true, memory })).images;
  } finally {
    rmSync(layout, { recursive: true });
  }
}

function readRows(path: string): Row[] {
  const wrong = (reason: string) => new Error(`${path}: ${reason}`);
  if (!existsSync(path))
    throw wrong('there is no such file; expected the columns file, label and perhaps split');
  const [header, ...lines] = parseCsv(readFileSync(path, 'utf8'), wrong as never);
  const [file, label, split] = ['file', 'label', 'split'].map((column) => header?.indexOf(column) ?? -1);
  if (file < 0 || label < 0)
    throw wrong(
      `its first line is '${header?.join(',')}', expected the columns file, label and perhaps split`,
    );
  return lines.map((line) => {
    const own = split < 0 ? '' : (line[split] ?? '');
    if (own !== '' && !splits.includes(own as Split))
      throw wrong(`the split of ${line[file]} is '${own}', expected ${splits.join(', ')}`);
    return { file: line[file], label: line[label] ?? '', split: (own as Split) || null };
  });
}

/** Where the CSV says no split: a quarter of each class, drawn once and for all, is the test. */
function withSplits(rows: readonly Row[]): (Row & { split: Split })[] {
  const tests = new Set<Row>();
  for (const label of new Set(rows.map((row) => row.label))) {
    const open = rows.filter((row) => row.label === label && row.split === null);
    const order = shuffled(open.length, seededRandom(1)).slice(0, Math.ceil(open.length / 4));
    for (const k of order) tests.add(open[k]);
  }
  return rows.map((row) => ({ ...row, split: row.split ?? (tests.has(row) ? 'test' : 'train') }));
}

/** What the folder of masks holds of a picture, as satwatch's own layout says it. */
function maskFinder(folder: string) {
  if (!existsSync(folder))
    throw new Error(`${folder}: there is no such folder; --masks DIR says where masks are`);
  /** The path below `masks/` of a picture's PNG in a folder there, beside others of its own folder or not. */
  const find = (file: string, below: string) => {
    const { dir, name } = parse(file);
    return [posix.join(below, dir, `${name}.png`), posix.join(below, `${name}.png`)].find((path) =>
      existsSync(join(folder, path)),
    );
  };
  if (existsSync(join(folder, 'labels.json')))
    return (file: string): Masks => {
      const path = find(file, '');
      return path ? { labelMask: `masks/${path}` } : {};
    };
  const parts = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  return (file: string): Masks => {
    const own = parts.flatMap((part) => {
      const path = find(file, part);
      return path ? [[part, `masks/${path}`]] : [];
    });
    return own.length > 0 ? { masks: Object.fromEntries(own) } : {};
  };
}

interface Masks {
  labelMask?: string;
  masks?: Record<string, string>;
}

function namesOfIds(folder: string): { segments?: Record<string, string | null> } {
  const path = join(folder, 'labels.json');
  return existsSync(path) ? { segments: JSON.parse(readFileSync(path, 'utf8')) } : {};
}

function rolesOf(images: readonly ProbeImage[], { core, suspect }: RadiographOptions): Record<string, Role> {
  const names = new Set(images.flatMap(({ segments }) => segments.map(({ name }) => name)));
  for (const name of [...core, ...suspect])
    if (!names.has(name))
      throw new Error(
        `no mask of the probe pictures is called '${name}'; there are ${[...names].join(', ')}`,
      );
  const isCore = (name: string) => (core.length ? core.includes(name) : /lung/i.test(name));
  const roleOf = (name: string): Role =>
    suspect.includes(name) ? 'suspect' : isCore(name) ? 'core' : 'context';
  return Object.fromEntries([...names].map((name) => [name, roleOf(name)]));
}
