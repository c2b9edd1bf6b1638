import { existsSync } from 'node:fs';
import { refuseUnknownOptions, SatwatchError, suggest } from '../errors.js';
import type { ProbeImage, ProbeSet, Role } from '../types.js';
import { createProbeSet } from './createProbeSet.js';
import { decodeImage, openImage, type Raster } from './decodeImage.js';
import { classIndex, type LabelSource, labelFinder } from './labels.js';
import { uniteByName } from './mask.js';
import type { ProbeSource, Size, SourceImage, SourceSegment } from './reader.js';
import { readers } from './readers.js';
import { type ResizeMode, resizeMask, resizeModes, resizeRaster } from './resize.js';

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
}

const optionNames: readonly (keyof LoadProbeSetOptions)[] = [
  'width',
  'height',
  'channels',
  'resize',
  'labels',
  'classNames',
  'roles',
];

/**
 * A probe set from files: decoded to 8-bit pixels of one size, each with its masks and class.
 *
 * @param path a folder in satwatch's own layout (docs/probe-sets.md)
 * @throws SatwatchError PROBE_NOT_FOUND, PROBE_INVALID, IMAGE_UNREADABLE, LABEL_INVALID, MASK_SIZE, MASK_INVALID,
 *   UNKNOWN_OPTION, BAD_OPTION, or what `createProbeSet` refuses
 */
export async function loadProbeSet(path: string, options: LoadProbeSetOptions = {}): Promise<ProbeSet> {
  checkOptions(options);
  const source = await readSource(path);
  const classNames = options.classNames ?? source.classNames;
  if (!classNames)
    throw new SatwatchError(
      'PROBE_INVALID',
      `${path} names no classes; give classNames there or as an option, in the order of the model's outputs`,
      'classNames',
    );
  const labelOf = await labelFinder(options.labels);
  const resize = options.resize ?? 'stretch';
  let channels = options.channels ?? source.channels;
  let size = options.width && options.height ? { width: options.width, height: options.height } : undefined;

  const images: ProbeImage[] = [];
  for (const image of source.images) {
    const label = classIndex(labelOf(image), classNames, image);
    const opened = await openImage(image.file, image.where);
    channels ??= opened.header.channels <= 2 ? 1 : 3;
    const raster = await decodeImage(image.file, image.where, opened, channels);
    size ??= { width: raster.width, height: raster.height };
    const segments = await segmentsOf(image, raster, opened.header);
    images.push({
      id: image.id,
      label,
      pixels: await resizeRaster(raster, size, resize),
      segments: segments.map(({ name, mask }) => ({ name, mask: resizeMask(mask, size!, resize) })),
    });
  }
  const roles = { ...source.roles, ...options.roles };
  return createProbeSet({ ...size!, channels: channels!, classNames, roles, images });
}

function checkOptions(options: LoadProbeSetOptions): void {
  refuseUnknownOptions('loadProbeSet', options, optionNames);
  const { width, height, channels, resize } = options;
  const bad = (option: string, message: string) => new SatwatchError('BAD_OPTION', message, option);
  for (const [side, value] of Object.entries({ width, height }))
    if (value !== undefined && !(Number.isInteger(value) && value > 0))
      throw bad(side, `${side} is ${value}, expected a whole number from 1 on`);
  if ((width === undefined) !== (height === undefined))
    throw bad(width === undefined ? 'width' : 'height', 'give both width and height, or neither');
  if (channels !== undefined && ![1, 3, 4].includes(channels))
    throw bad('channels', `channels is ${channels}, expected 1 (grey), 3 (RGB) or 4 (RGBA)`);
  if (resize !== undefined && !resizeModes.includes(resize))
    throw bad('resize', `resize is '${resize}'; ${suggest(String(resize), resizeModes)}`);
}

async function readSource(path: string): Promise<ProbeSource> {
  const reader = Object.values(readers).find((candidate) => candidate.matches(path));
  if (reader) return reader.read(path);
  throw existsSync(path)
    ? new SatwatchError(
        'PROBE_INVALID',
        `${path} is no probe set: it holds no probe.json; docs/probe-sets.md says how to write one`,
        path,
      )
    : new SatwatchError('PROBE_NOT_FOUND', `there is no probe set at ${path}; check the path`, path);
}

/** The image's segments at its own size, checked before anything is resized: later a wrong size could not be told. */
async function segmentsOf(image: SourceImage, raster: Raster, header: { orientation?: number }) {
  const segments = await image.segments({ width: raster.width, height: raster.height });
  for (const segment of segments) checkSize(image, segment, raster, (header.orientation ?? 1) >= 5);
  return uniteByName(segments);
}

function checkSize(
  image: SourceImage,
  { name, mask, from }: SourceSegment,
  size: Size,
  turned: boolean,
): void {
  if (mask.width === size.width && mask.height === size.height) return;
  const hint =
    turned && mask.width === size.height && mask.height === size.width
      ? 'the image is turned by its EXIF orientation: draw masks over the picture as viewers show it'
      : 'draw masks at the size of their image';
  throw new SatwatchError(
    'MASK_SIZE',
    `${image.where}: the mask of '${name}' (${from}) is ${mask.width}x${mask.height}, ` +
      `its image is ${size.width}x${size.height}; ${hint}`,
    from,
  );
}
