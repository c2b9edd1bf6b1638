import { readFile } from 'node:fs/promises';
import sharp, { type Metadata } from 'sharp';
import { SatwatchError } from '../errors.js';
import { maxPixels } from './mask.js';
import type { Size } from './reader.js';

/** What photographs come in. Others, SVG above all, may draw for minutes, or reach for other files. */
const formats = ['jpeg', 'png', 'webp', 'heif', 'tiff', 'gif'];

/** 8-bit values, row-major, channels last. */
export interface Raster extends Size {
  channels: number;
  data: Uint8Array;
}

/** A file that sharp can decode, with what its header says. */
export interface OpenImage {
  bytes: Buffer;
  header: Metadata;
}

/**
 * Reads an image file and its header.
 *
 * @param where how messages call the file
 * @throws SatwatchError IMAGE_UNREADABLE where it is missing, empty, no image, or of more than `maxPixels`
 */
export async function openImage(file: string, where: string): Promise<OpenImage> {
  const bytes = await readFile(file).catch((cause) => {
    throw unreadable(file, where, cause.code === 'ENOENT' ? 'there is no such file' : cause.message, cause);
  });
  if (bytes.length === 0) throw unreadable(file, where, 'the file is empty (0 bytes)');
  // The limit is said in our words, below.
  const header = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((cause) => {
      throw unreadable(file, where, cause.message, cause);
    });
  const { format, width, height } = header;
  if (!formats.includes(format)) throw unreadable(file, where, `${format} is none of ${formats.join(', ')}`);
  if (width * height > maxPixels)
    throw unreadable(file, where, `it is ${width}x${height}, more than ${maxPixels} pixels in all`);
  return { bytes, header };
}

/**
 * The pixels as viewers show them: turned by their EXIF orientation, colour profiles ignored (as the decoders of
 * training pipelines do), alpha dropped where 1 or 3 channels are wanted.
 */
export async function decodeImage(
  file: string,
  where: string,
  image: OpenImage,
  channels: number,
): Promise<Raster> {
  const decoder = sharp(image.bytes, { ignoreIcc: true, failOn: 'error', autoOrient: true });
  if (channels === 1) decoder.removeAlpha().toColourspace('b-w');
  else if (channels === 3) decoder.toColourspace('srgb').removeAlpha();
  else decoder.toColourspace('srgb').ensureAlpha();
  const { data, info } = await decoder
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((cause) => {
      throw unreadable(file, where, cause.message, cause);
    });
  return { width: info.width, height: info.height, channels: info.channels, data: new Uint8Array(data) };
}

function unreadable(file: string, where: string, reason: string, cause?: unknown): SatwatchError {
  return new SatwatchError(
    'IMAGE_UNREADABLE',
    `${where}: cannot read ${file}: ${reason}; replace the file, or take it out of the probe set`,
    file,
    { cause },
  );
}
