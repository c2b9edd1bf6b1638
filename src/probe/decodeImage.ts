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

/** Another decoder of JPEG files, faster than sharp: tfjs-node's. It throws where it cannot read the file. */
export type DecodeJpeg = (bytes: Uint8Array, channels: 1 | 3) => Raster;

/**
 * Reads an image file and its header.
 *
 * @param where how messages call the file
 * @throws SatwatchError IMAGE_UNREADABLE where it is missing, empty, no image, or of more than `maxPixels`
 */
export async function openImage(file: string, where: string): Promise<OpenImage> {
  const bytes = await readBytes(file, where);
  // The limit is said in our words, below.
  const header = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((cause) => {
      throw unreadable(file, where, cause.message, replace, cause);
    });
  const { format, width, height } = header;
  if (!formats.includes(format))
    throw unreadable(file, where, `${format} is none of ${formats.join(', ')}`, replace);
  if (width * height > maxPixels)
    throw unreadable(file, where, `it is ${width}x${height}, more than ${maxPixels} pixels in all`, replace);
  return { bytes, header };
}

/** @throws SatwatchError IMAGE_UNREADABLE where the file is missing or empty */
export async function readBytes(file: string, where: string): Promise<Buffer> {
  const bytes = await readFile(file).catch((cause) => {
    const reason = cause.code === 'ENOENT' ? 'there is no such file' : cause.message;
    throw unreadable(file, where, reason, replace, cause);
  });
  if (bytes.length === 0) throw unreadable(file, where, 'the file is empty (0 bytes)', replace);
  return bytes;
}

/**
 * The pixels as viewers show them: turned by their EXIF orientation, colour profiles ignored (as the decoders of
 * training pipelines do), alpha dropped where 1 or 3 channels are wanted.
 *
 * @param decodeJpeg only for files that are `sameInBoth`
 */
export async function decodeImage(
  file: string,
  where: string,
  bytes: Buffer,
  channels: number,
  decodeJpeg?: DecodeJpeg,
): Promise<Raster> {
  if (decodeJpeg) {
    try {
      return decodeJpeg(bytes, channels as 1 | 3);
    } catch {
      // sharp says what is wrong with it.
    }
  }
  const decoder = sharp(bytes, { ignoreIcc: true, failOn: 'error', autoOrient: true });
  if (channels === 1) decoder.removeAlpha().toColourspace('b-w');
  else if (channels === 3) decoder.toColourspace('srgb').removeAlpha();
  else decoder.toColourspace('srgb').ensureAlpha();
  const { data, info } = await decoder
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((cause) => {
      throw unreadable(file, where, cause.message, replace, cause);
    });
  return { width: info.width, height: info.height, channels: info.channels, data: new Uint8Array(data) };
}

/**
 * Whether tfjs-node's decoder (accurate DCT, fancy upsampling) and sharp give the same pixels, bit for bit: upright JPEGs
 * in colour, their chroma in full or halved in both directions, and grey ones. They part on CMYK, on colour made grey,
 * and where an orientation turns the picture: tfjs-node ignores it. docs/probe-sets.md.
 */
export function sameInBoth(
  { format, space, channels, chromaSubsampling = '', orientation = 1 }: Metadata,
  wanted: number,
): boolean {
  if (format !== 'jpeg' || orientation !== 1) return false;
  if (space === 'b-w' && channels === 1) return wanted === 1 || wanted === 3;
  return space === 'srgb' && channels === 3 && wanted === 3 && ['4:4:4', '4:2:0'].includes(chromaSubsampling);
}

const replace = 'replace the file, or take it out of the probe set';

export function unreadable(
  file: string,
  where: string,
  reason: string,
  remedy: string,
  cause?: unknown,
): SatwatchError {
  return new SatwatchError('IMAGE_UNREADABLE', `${where}: cannot read ${file}: ${reason}; ${remedy}`, file, {
    cause,
  });
}
