import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { loadProbeSet, type ProbeSet, SatwatchError } from 'satwatch';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { type Files, folderWith, newFolder, png } from './files.js';
import { cocoCounts, compress } from './rle.js';

/*
 * Whatever a probe set's files hold, `loadProbeSet` gives a probe set or one SatwatchError that names the file and the
 * place in it, within two seconds, and never what lies outside of the folder. FUZZ_RUNS=5000 looks harder.
 */
const numRuns = Number(process.env.FUZZ_RUNS ?? 150);
// Milliseconds of the processor: on a busy machine the clock would measure the others.
const limit = 2000;

vi.setConfig({ testTimeout: 60_000 + 50 * numRuns });

const [width, height] = [8, 6];
const options = { classNames: ['cat', 'dog'], labels: 'label', width, height };
const half = (x: number) => x < 4;
/** What lies outside: pictures and masks like those of the set, so that reading them would succeed. */
const secret = 201;

type Form = 'coco' | 'folder' | 'labelPng';
interface Fixture {
  root: string;
  /** Where the JSON file stands. */
  json: string;
  document: any;
  files: Files;
}
const fixtures = {} as Record<Form, Fixture>;
const formNames: Form[] = ['coco', 'folder', 'labelPng'];
const form = fc.constantFrom(...formNames);

beforeAll(async () => {
  const pictures: Files = {
    'images/a.png': await png(width, height, (x, y) => [x, y, 9]),
    'images/b.png': await png(width, height, (x, y) => [y, x, 9]),
    'masks/a.png': await png(width, height, (x) => (half(x) ? 1 : 2)),
    'masks/b.png': await png(width, height, (x) => (half(x) ? 2 : 0)),
  };
  const counts = cocoCounts(width, height, half);
  const documents: Record<Form, [string, unknown]> = {
    coco: [
      'coco.json',
      {
        images: [
          { id: 1, file_name: 'images/a.png', width, height, label: 'cat' },
          { id: 2, file_name: 'b.png', width, height, label: 1 },
        ],
        categories: [
          { id: 1, name: 'eyes' },
          { id: 2, name: 'tail' },
        ],
        annotations: [
          { image_id: 1, category_id: 1, segmentation: [[0, 0, 4, 0, 4, 6, 0, 6]], iscrowd: 0 },
          { image_id: 1, category_id: 2, segmentation: { size: [height, width], counts } },
          { image_id: 2, category_id: 2, segmentation: { size: [height, width], counts: compress(counts) } },
        ],
      },
    ],
    folder: [
      'probe.json',
      {
        version: 1,
        classNames: ['cat', 'dog'],
        channels: 3,
        roles: { eyes: 'core' },
        segments: { 1: 'eyes', 2: 'tail' },
        images: [
          { file: 'images/a.png', label: 'cat', labelMask: 'masks/a.png' },
          { id: 'b', file: 'images/b.png', label: 1, masks: { eyes: 'masks/a.png', tail: ['masks/b.png'] } },
        ],
      },
    ],
    labelPng: [
      'index.json',
      [
        { image: 'images/a.png', mask: 'masks/a.png', label: 'cat' },
        { image: 'images/b.png', mask: 'masks/b.png', label: 1 },
      ],
    ],
  };
  for (const name of formNames) {
    const outside = newFolder();
    const root = join(outside, 'set');
    const [json, document] = documents[name];
    const files: Files = {
      ...pictures,
      ...(name === 'labelPng' && { 'labels.json': '{"1":"eyes","2":"tail"}' }),
    };
    fixtures[name] = { root, json, document, files };
    write(root, { ...files, [json]: JSON.stringify(document) });
    write(outside, {
      'secret.png': await png(width, height, () => [secret, secret, secret]),
      'secret-mask.png': await png(width, height, () => 1),
    });
  }
});

function write(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content as string | Buffer);
  }
}

/** Loads the set with other content in some of its files, and puts them back. */
async function attempt(name: Form, changed: Files, more = {}): Promise<ProbeSet | Error> {
  const { root, json, document, files } = fixtures[name];
  write(root, changed);
  const before = process.cpuUsage();
  const result = await loadProbeSet(root, { ...options, ...more }).catch((error: Error) => error);
  const { user, system } = process.cpuUsage(before);
  const took = (user + system) / 1000;
  for (const path of Object.keys(changed))
    write(root, { [path]: path === json ? JSON.stringify(document) : files[path] });
  if (took > limit) throw new Error(`it took ${Math.round(took)} ms: ${result}`);
  if (result instanceof Error) checkError(result, root);
  else for (const { pixels } of result.images) expect(pixels.every((value) => value === secret)).toBe(false);
  return result;
}

function checkError(error: Error, root: string): void {
  if (!(error instanceof SatwatchError)) throw new Error(`no SatwatchError: ${error.stack}`);
  expect(error.message).toContain(root);
  expect(error.message.length).toBeLessThan(20_000);
  expect(error.subject).toBeTruthy();
  // The entry, or a field at the top, or the file as a whole.
  expect(error.message).toMatch(
    /\[\d+\]|images|annotations|categories|segments|roles|version|classNames|channels|labels\.json|(coco|probe|index)\.json: /,
  );
}

/** Values that no such file should have, for whichever place. */
const hostile = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, false, 0, -1, 0.5, 1e9, 1e308, -1e308, 2 ** 53, '', ' ', [], {}, [[]], [null], [[[1]]]],
    ...['__proto__', 'constructor', 'toString', '255', '256', '-1', 'a\0b', '\ud800', 'x'.repeat(100_000)],
    ...['../secret.png', '../secret-mask.png', '/', '.', '..', 'images', 'images/', '\\\\host\\share\\a.png'],
    JSON.parse('{"__proto__": {"id": 1}, "toString": 1, "length": 4}'),
    JSON.parse(`${'['.repeat(1000)}1${']'.repeat(1000)}`),
    Array(50_000).fill(1),
    Array(50_000).fill('x'),
    Array(20_000).fill({}),
    { size: [1e9, 1e9], counts: '1' },
    { size: [height, width], counts: 'o'.repeat(200_000) },
    { size: [height, width], counts: [...Array(200_000).fill(0), width * height] },
    { size: [height, width], counts: [-1, width * height + 1] },
    [Array(100_000).fill(3)],
    [Array.from({ length: 100_000 }, (_, i) => (i % 4) * 1e7)],
    [[1e300, 0, 0, 1e300, -1e300, 0]],
  ),
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
  fc.double(),
);

type Path = (string | number)[];
function places(value: any, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.keys(value).flatMap((key) => places(value[key], [...path, key]))];
}

const change = fc.record({
  kind: fc.constantFrom('set', 'add', 'delete', 'double'),
  place: fc.nat(),
  value: hostile,
});

/** The document with one place changed. Not by assignment to a parsed `__proto__`: keys come from the document. */
function changed(
  document: any,
  { kind, place, value }: { kind: string; place: number; value: unknown },
): string {
  const copy = structuredClone(document);
  const all = places(document);
  const path = all[place % all.length];
  const key = path.at(-1);
  if (key === undefined) return JSON.stringify(value) ?? '';
  const parent = path.slice(0, -1).reduce((at, step) => at[step], copy);
  if (kind === 'delete') delete parent[key];
  else if (kind === 'double' && Array.isArray(parent)) parent.push(structuredClone(parent[Number(key)]));
  else if (kind === 'add' && !Array.isArray(parent)) parent[String(place)] = value;
  else parent[key] = value;
  return JSON.stringify(copy);
}

test('the sets load as they are', async () => {
  for (const name of formNames) expect(await attempt(name, {})).toMatchObject({ width, height });
});

test('any value at any place of the JSON file', async () => {
  await fc.assert(
    fc.asyncProperty(form, change, async (name, what) => {
      const { json, document } = fixtures[name];
      await attempt(name, { [json]: changed(document, what) });
    }),
    { numRuns },
  );
});

test('the JSON file cut off anywhere, or of any bytes', async () => {
  await fc.assert(
    fc.asyncProperty(
      form,
      fc.nat(),
      fc.uint8Array({ maxLength: 40 }),
      fc.boolean(),
      async (name, at, bytes, cut) => {
        const { json, document } = fixtures[name];
        const text = JSON.stringify(document);
        const content = cut ? text.slice(0, at % text.length) : Buffer.from(bytes);
        expect(await attempt(name, { [json]: content })).toMatchObject({
          code: 'PROBE_INVALID',
          message: expect.stringContaining(json),
        });
      },
    ),
    { numRuns },
  );
});

test('labels.json of any JSON', async () => {
  const names = fc.dictionary(
    fc.oneof(fc.constantFrom('0', '1', '2', '256', '__proto__'), fc.string()),
    hostile,
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(names, hostile), async (content) => {
      await attempt('labelPng', { 'labels.json': JSON.stringify(content) });
    }),
    { numRuns },
  );
});

test('images and masks cut off or changed anywhere', async () => {
  const file = fc.constantFrom('images/a.png', 'images/b.png', 'masks/a.png', 'masks/b.png');
  const edits = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(form, file, fc.nat(), edits, async (name, path, end, changes) => {
      const bytes = Buffer.from(fixtures[name].files[path] as Buffer);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      await attempt(name, { [path]: changes.length ? bytes : bytes.subarray(0, end % bytes.length) });
    }),
    { numRuns },
  );
});

describe('paths', () => {
  /** Every place of a path, as a function that puts one there. */
  const spots: [string, Form, (document: any, path: string) => unknown][] = [
    ['file_name', 'coco', (d, path) => (d.images[0].file_name = path)],
    ['file', 'folder', (d, path) => (d.images[0].file = path)],
    ['labelMask', 'folder', (d, path) => (d.images[0].labelMask = path)],
    ['masks', 'folder', (d, path) => (d.images[1].masks.eyes = path)],
    ['masks, a list', 'folder', (d, path) => (d.images[1].masks.tail = [path])],
    ['image', 'labelPng', (d, path) => (d[0].image = path)],
    ['mask', 'labelPng', (d, path) => (d[0].mask = path)],
  ];
  const isMask = (spot: string) => spot.toLowerCase().includes('mask');
  const load = async ([, name, put]: (typeof spots)[number], path: string) => {
    const { json, document } = fixtures[name];
    const copy = structuredClone(document);
    put(copy, path);
    return attempt(name, { [json]: JSON.stringify(copy) });
  };

  test.each(spots)('%s: no way out of the folder', async (...spot) => {
    const { root } = fixtures[spot[1]];
    const file = isMask(spot[0]) ? 'secret-mask.png' : 'secret.png';
    for (const path of [
      `../${file}`,
      `images/../../${file}`,
      `./../${file}`,
      `images/./../..//${file}`,
      `../set/../${file}`,
      join(root, '..', file),
      `/${'../'.repeat(20)}${join(root, '..', file)}`,
      `..\\${file}`,
      `images\\..\\..\\${file}`,
      `C:\\${file}`,
      `\\\\host\\${file}`,
      `images/a.png\0/../../${file}`,
      `../${file}\0.png`,
    ])
      expect(await load(spot, path)).toMatchObject({
        code: 'PROBE_INVALID',
        subject: path,
        message: expect.stringMatching(
          /the path '.*' (leads out of the folder|has a (backslash|null byte) in it);/s,
        ),
      });
    // These are no other way to write it, but names that nobody gave.
    for (const path of [`%2e%2e/${file}`, `~/${file}`, `file://${join(root, '..', file)}`, `…/${file}`])
      expect(await load(spot, path)).toMatchObject({ code: 'IMAGE_UNREADABLE' });
  });

  test('put together from anything', async () => {
    const piece = fc.constantFrom(
      '..',
      '.',
      '',
      'images',
      'masks',
      'set',
      'a.png',
      'secret.png',
      'secret-mask.png',
      '\0',
    );
    const path = fc.array(piece, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...spots), path, async (spot, written) => {
        const set = await load(spot, written);
        if (!(set instanceof Error) && isMask(spot[0])) expect(normalize(written)).toMatch(/[ab]\.png\/?$/);
      }),
      { numRuns },
    );
  });
});

describe('beyond all measure', () => {
  const rle = (segmentation: unknown) => (coco: any) => (coco.annotations[1].segmentation = segmentation);
  const size = [height, width];
  const many = (count: number) => (coco: any) => {
    coco.annotations = Array(count).fill(coco.annotations[1]);
  };
  test.each<[string, (coco: any) => unknown, RegExp | undefined]>([
    [
      'a run length of 2 million characters',
      rle({ size, counts: 'o'.repeat(2e6) }),
      /annotations\[1\].*end within/,
    ],
    ['2 million run lengths', rle({ size, counts: Array(2e6).fill(1) }), /annotations\[1\].*sum to 2000000/],
    [
      '2 million run lengths of nothing',
      rle({ size, counts: Array(2e6).fill(0) }),
      /annotations\[1\].*sum to 0/,
    ],
    ['run lengths of 1e15', rle({ size, counts: [1e15] }), /annotations\[1\].*sum to 1000000000000000/],
    [
      'a mask of 65,535 by 65,535',
      rle({ size: [65_535, 65_535], counts: [65_535 ** 2] }),
      /65535x65535, its image/,
    ],
    [
      'an image of 2^31 by 2^31',
      (c) => Object.assign(c.images[0], { width: 2 ** 31, height: 2 ** 31 }),
      /images\[0\]/,
    ],
    ['a polygon of 200,000 points', rle([Array(400_000).fill(1e8)]), undefined],
    ['a zigzag of 500,000 points', rle([Array.from({ length: 1e6 }, (_, i) => (i % 4) * 1e5)]), undefined],
    ['100,000 polygons', rle(Array(1e5).fill([0, 0, 8, 0, 8, 6, 0, 6])), undefined],
    ['100,000 polygons of nothing', rle(Array(1e5).fill([])), /annotations\[1\]\.segmentation\[0\]/],
    ['50,000 annotations of one name', many(5e4), undefined],
    ['300,000 annotations that are none', (c) => (c.annotations = Array(3e5).fill(3)), /annotations\[0\]: /],
    [
      '100,000 images of one id',
      (c) => (c.images = Array(1e5).fill(c.images[0])),
      /images\[0\] and images\[1\]/,
    ],
    [
      'a name of a million letters',
      (c) => (c.categories[0].name = 'x'.repeat(1e6)),
      /categories\[0\]\.name: /,
    ],
    ['a label of a million letters', (c) => (c.images[0].label = 'x'.repeat(1e6)), /images\[0\]/],
  ])('%s', async (_, put, message) => {
    const copy = structuredClone(fixtures.coco.document);
    put(copy);
    const result = await attempt('coco', { 'coco.json': JSON.stringify(copy) });
    if (message)
      expect(result).toMatchObject({ name: 'SatwatchError', message: expect.stringMatching(message) });
    else expect(result).toMatchObject({ segmentNames: expect.arrayContaining(['tail']) });
  });

  test.each(formNames)('%s: lists within lists, a million deep', async (name) => {
    const { json } = fixtures[name];
    const deep = '['.repeat(1e6) + ']'.repeat(1e6);
    await expect(attempt(name, { [json]: deep })).resolves.toMatchObject({ code: 'PROBE_INVALID' });
  });

  /** A PNG that says it is this large, and holds next to nothing. */
  const claim = (width: number, height: number, colours = 2) => {
    const chunk = (type: string, data: Buffer) => {
      const body = Buffer.concat([Buffer.from(type), data]);
      const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
      length.writeUInt32BE(data.length);
      sum.writeUInt32BE(crc32(body));
      return Buffer.concat([length, body, sum]);
    };
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header.set([8, colours], 8);
    const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
    return Buffer.concat([
      signature,
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(Buffer.alloc(1000))),
      chunk('IEND', Buffer.alloc(0)),
    ]);
  };

  test.each(formNames)('%s: images and masks of absurd size', async (name) => {
    for (const [w, h] of [
      [2 ** 31 - 1, 2 ** 31 - 1],
      [100_000, 100_000],
      [2 ** 31 - 1, 1],
      [9999, 9999],
    ]) {
      const image = await attempt(name, { 'images/a.png': claim(w, h) });
      // The largest are refused by the decoder itself.
      const reason = w === 100_000 ? `it is ${w}x${h}, more than 100000000 pixels` : 'a.png';
      expect(image).toMatchObject({ code: 'IMAGE_UNREADABLE', message: expect.stringContaining(reason) });
      if (name === 'coco') continue;
      const mask = await attempt(name, { 'masks/a.png': claim(w, h, 0) });
      expect(mask).toMatchObject({ code: expect.stringMatching(/IMAGE_UNREADABLE|MASK_SIZE/) });
    }
  });

  test('a line of an image, to be blown up to fill a square', async () => {
    const line = await png(1, 20_000, () => [1, 2, 3]);
    const changes = { 'images/a.png': line, 'masks/a.png': await png(1, 20_000, () => 1) };
    const error = await attempt('labelPng', changes, { width: 224, height: 224, resize: 'cover' });
    expect(error).toMatchObject({
      code: 'PROBE_INVALID',
      message: expect.stringMatching(/\[0\] .*resize 'cover' would make 224x4480000 pixels of its 1x20000/),
    });
  });
});

test('a folder of any names is a probe set or says what was looked for', async () => {
  const names = fc.uniqueArray(
    fc.constantFrom('probe.json', 'index.json', 'labels.json', 'a.json', 'b.JSON', 'x.txt'),
  );
  await fc.assert(
    fc.asyncProperty(names, async (files) => {
      const folder = folderWith(Object.fromEntries(files.map((name) => [name, '{}'])));
      const error = await loadProbeSet(folder).catch((reason) => reason);
      expect(error).toBeInstanceOf(SatwatchError);
      expect(error.message).toContain(folder);
    }),
    { numRuns: 40 },
  );
});
