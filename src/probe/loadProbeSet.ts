import { existsSync } from 'node:fs';
import { refuseUnknownOptions, SatwatchError, suggest } from '../errors.js';
import type { ProbeImage, ProbeSet, Role, Segment } from '../types.js';
import { Assembly, checkClassNames } from './createProbeSet.js';
import { type DecodeJpeg, decodeImage, openImage, type Raster, sameInBoth } from './decodeImage.js';
import { type ImageFile, imageFile, type Shape } from './imageFile.js';
import { inOrder } from './inOrder.js';
import { classIndex, type LabelSource, labelFinder } from './labels.js';
import { backgroundOf, maxPixels, uniteByName } from './mask.js';
import { NameTable, packSegments } from './packedSegments.js';
import type { ProbeSource, ShownSize, SourceImage } from './reader.js';
import { readers } from './readers.js';
import { type ResizeMode, refuseAbsurdResize, resizeMask, resizeModes, resizeRaster } from './resize.js';
import { storedImage } from './storedImage.js';
import { within } from './within.js';

export interface LoadProbeSetOptions {
  /** Of all images, both or neither; by default those of the first image. */
  width?: number;
  height?: number;
  /** 1 (grey), 3 (RGB) or 4 (RGBA); by default what the probe set says, else 1 if the first image is grey, 3 if not. */
  channels?: number;
  /** What to do with images of another size; by default 'stretch'. Masks go along, nearest neighbour. */
  resize?: ResizeMode;
  /** Where an image's class comes from; by default the probe set itself. */
  labels?: LabelSource;
  /** In the order of the model's outputs; by default those of the probe set. */
  classNames?: string[];
  /** Added to those of the probe set. */
  roles?: Record<string, Role>;
  /** Adds to each image the segment `background`: the pixels that no segment has. COCO files leave it out. */
  background?: boolean;
  /**
   * Bytes of pixels kept in memory, by default 256 MiB: those of the first images. Further ones are decoded from their
   * files whenever they are needed.
   */
  memory?: number;
}

const optionNames: readonly (keyof LoadProbeSetOptions)[] = [
  'width',
  'height',
  'channels',
  'resize',
  'labels',
  'classNames',
  'roles',
  'background',
  'memory',
];

const defaultMemory = 2 ** 28;

/** Of a set with more masks than this, runs are kept packed: as objects 20,000 masks take some 10 MB. */
const mostMasks = 20_000;

/**
 * A probe set from files: decoded to 8-bit pixels of one size, each with its masks and class.
 *
 * @param path a folder in satwatch's own layout, or with label PNGs and their index, or a COCO file, or a folder that
 *   holds one: docs/probe-sets.md
 * @throws SatwatchError PROBE_NOT_FOUND, PROBE_INVALID, IMAGE_UNREADABLE, LABEL_INVALID, MASK_SIZE, MASK_INVALID,
 *   DUPLICATE_IMAGE, UNKNOWN_OPTION, BAD_OPTION, or what `createProbeSet` refuses
 */
export async function loadProbeSet(path: string, options: LoadProbeSetOptions = {}): Promise<ProbeSet> {
  return readProbeSet(path, options);
}

/** `loadProbeSet`, with another decoder for the JPEGs that both decode alike: the `id` does not depend on it. */
export async function readProbeSet(
  path: string,
  options: LoadProbeSetOptions,
  decodeJpeg?: DecodeJpeg,
): Promise<ProbeSet> {
  if (typeof path !== 'string')
    throw new SatwatchError('BAD_OPTION', `the path is ${typeof path}, expected a text`, 'path');
  checkOptions(options);
  const source = await readSource(path);
  const labelOf = await labelFinder(options.labels);
  const classNames =
    options.classNames ?? source.classNames ?? namesMissing(path, source.images.map(labelOf));
  checkClassNames(classNames);
  const { resize = 'stretch', background, memory = defaultMemory } = options;
  let channels = options.channels ?? source.channels;
  let size = options.width && options.height ? { width: options.width, height: options.height } : undefined;

  const read = async (image: SourceImage) => {
    const label = classIndex(labelOf(image), classNames, image);
    const opened = await openImage(image.file, image.where);
    channels ??= opened.header.channels <= 2 ? 1 : 3;
    const either = sameInBoth(opened.header, channels);
    const decoder = either ? decodeJpeg : undefined;
    const raster = await decodeImage(image.file, image.where, opened.bytes, channels, decoder);
    size ??= sizeOf(raster);
    refuseAbsurdResize(image.where, raster, size, resize);
    const shown = { ...sizeOf(raster), turned: (opened.header.orientation ?? 1) >= 5 };
    const segments = await segmentsOf(image, shown, background);
    const resized = segments.map(({ name, mask }) => ({ name, mask: resizeMask(mask, size!, resize) }));
    const pixels = await resizeRaster(raster, size, resize);
    return { image, opened, content: { id: image.id, label, pixels, segments: resized } };
  };

  // The first image may decide on size and channels for all.
  const first = await read(source.images[0]);
  const shape = { ...size!, channels: channels!, resize };
  const keeper = new Keeper(shape, memory);
  const roles = { ...source.roles, ...options.roles };
  const assembly = new Assembly({ ...size!, channels: channels!, classNames }, roles);
  const add = ({ image, opened, content }: typeof first) =>
    within(path, () =>
      assembly.add(content, (checked) =>
        keeper.keep(checked, () => imageFile(image.file, image.where, opened, shape)),
      ),
    );
  add(first);
  for await (const next of inOrder(source.images.slice(1), read)) add(next);
  return within(path, () => assembly.finish());
}

/** What of the images stays in memory. */
class Keeper {
  private readonly table = new NameTable();
  private masks = 0;

  constructor(
    private readonly shape: Shape,
    private room: number,
  ) {}

  keep(image: ProbeImage, file: () => ImageFile): ProbeImage {
    const { pixels, segments } = image;
    this.masks += segments.length;
    this.room -= pixels.byteLength;
    return storedImage(
      image,
      this.room >= 0 ? pixels : file(),
      this.masks > mostMasks
        ? { bytes: packSegments(segments, this.table), table: this.table, size: this.shape }
        : segments,
    );
  }
}

function checkOptions(options: LoadProbeSetOptions): void {
  refuseUnknownOptions('loadProbeSet', options, optionNames);
  const { width, height, channels, resize, background, memory } = options;
  const bad = (option: string, message: string) => new SatwatchError('BAD_OPTION', message, option);
  for (const [side, value] of Object.entries({ width, height }))
    if (value !== undefined && !(Number.isInteger(value) && value > 0))
      throw bad(side, `${side} is ${value}, expected a whole number from 1 on`);
  if ((width === undefined) !== (height === undefined))
    throw bad(width === undefined ? 'width' : 'height', 'give both width and height, or neither');
  if (width !== undefined && height !== undefined && width * height > maxPixels)
    throw bad('width', `${width}x${height} is more than ${maxPixels} pixels`);
  if (background !== undefined && typeof background !== 'boolean')
    throw bad('background', `background is ${background}, expected true or false`);
  if (memory !== undefined && !(memory >= 0))
    throw bad('memory', `memory is ${memory}, expected a number of bytes from 0 on`);
  if (channels !== undefined && ![1, 3, 4].includes(channels))
    throw bad('channels', `channels is ${channels}, expected 1 (grey), 3 (RGB) or 4 (RGBA)`);
  if (resize !== undefined && !resizeModes.includes(resize))
    throw bad('resize', `resize is '${resize}'; ${suggest(String(resize), resizeModes)}`);
}

async function readSource(path: string): Promise<ProbeSource> {
  const formats = Object.values(readers);
  const reader = formats.find((candidate) => candidate.matches(path));
  if (reader) return refuseTwins(await reader.read(path));
  throw existsSync(path)
    ? new SatwatchError(
        'PROBE_INVALID',
        `${path} is no probe set: looked for ${formats.map(({ looksFor }) => looksFor).join(', or ')}; ` +
          'docs/probe-sets.md shows them',
        path,
      )
    : new SatwatchError('PROBE_NOT_FOUND', `there is no probe set at ${path}; check the path`, path);
}

/** Before anything is decoded. */
function refuseTwins(source: ProbeSource): ProbeSource {
  const found = new Map<string, SourceImage>();
  for (const image of source.images) {
    const twin = found.get(image.id);
    if (twin)
      throw new SatwatchError(
        'DUPLICATE_IMAGE',
        `${twin.where} and ${image.where} have the id '${image.id}'; give every image an id of its own`,
        image.id,
      );
    found.set(image.id, image);
  }
  return source;
}

/** Guessing their order would give wrong tables without a word. */
function namesMissing(path: string, labels: readonly unknown[]): never {
  const found = [...new Set(labels.filter((label) => typeof label === 'string'))].sort();
  throw new SatwatchError(
    'PROBE_INVALID',
    `${path} names no classes; give loadProbeSet the option classNames, in the order of the model's outputs` +
      (found.length
        ? ` (the labels are ${found.slice(0, 20).join(', ')}${found.length > 20 ? ', …' : ''})`
        : ''),
    'classNames',
  );
}

function sizeOf({ width, height }: Raster) {
  return { width, height };
}

/** The image's segments at its own size, one a name. */
async function segmentsOf(image: SourceImage, size: ShownSize, background = false): Promise<Segment[]> {
  const segments = uniteByName(await image.segments(size));
  if (!background) return segments;
  const mask = backgroundOf(segments, size);
  return mask.runs.length ? uniteByName([...segments, { name: 'background', mask }]) : segments;
}
