import type { ProbeImage, Segment } from '../types.js';
import { decodeNow } from './decodeNow.js';
import { type DecodeJpeg, decodeAgain, type ImageFile } from './imageFile.js';
import { type NameTable, type PackedSegments, unpackSegments } from './packedSegments.js';
import type { Size } from './reader.js';

type Pixels = ProbeImage['pixels'];

/** Segments as they are kept where there are many. */
export interface Packed {
  bytes: PackedSegments;
  table: NameTable;
  size: Size;
}

/** What is kept of an image in place of its pixels or segments. */
interface Behind {
  file?: ImageFile;
  packed?: Packed;
}

const behind = new WeakMap<ProbeImage, Behind>();

// One function for all images, so that they are objects of one kind: closures would take more than what they stand for.
const decoded = {
  get(this: ProbeImage) {
    return decodeNow(behind.get(this)!.file!);
  },
  enumerable: true,
};
const unpacked = {
  get(this: ProbeImage) {
    const { bytes, table, size } = behind.get(this)!.packed!;
    return unpackSegments(bytes, table, size);
  },
  enumerable: true,
};

/** The file that an image's pixels are decoded from whenever they are asked for; undefined where they are kept. */
export const fileBehind = (image: ProbeImage): string | undefined => behind.get(image)?.file?.file;

/**
 * A probe image that keeps only what is given: its pixels, or the file they are decoded from whenever they are asked for.
 * Properties that are not kept look like any other: `segments` unpacks, `pixels` decodes the file while the caller
 * waits. Whoever can wait otherwise takes `pixelsOf`.
 */
export function storedImage(
  { id, label }: Pick<ProbeImage, 'id' | 'label'>,
  pixels: Pixels | ImageFile,
  segments: Segment[] | Packed,
): ProbeImage {
  const image = { id, label } as ProbeImage;
  const kept: Behind = {};
  if (ArrayBuffer.isView(pixels)) image.pixels = pixels;
  else {
    kept.file = pixels;
    Object.defineProperty(image, 'pixels', decoded);
  }
  if (Array.isArray(segments)) image.segments = segments;
  else {
    kept.packed = segments;
    Object.defineProperty(image, 'segments', unpacked);
  }
  behind.set(image, kept);
  return Object.freeze(image);
}

/** Whether the image is one of `storedImage`: frozen, its segments sorted. */
export function isStored(image: ProbeImage): boolean {
  return behind.has(image);
}

/** Whether the image's pixels are in memory. */
export function isKept(image: ProbeImage): boolean {
  return !behind.get(image)?.file;
}

/**
 * An image's pixels, decoded beside the event loop where they are not kept.
 *
 * @throws SatwatchError IMAGE_UNREADABLE where its file is gone, or is another one than when the set was loaded
 */
export async function pixelsOf(image: ProbeImage, decodeJpeg?: DecodeJpeg): Promise<Pixels> {
  const file = behind.get(image)?.file;
  return file ? decodeAgain(file, decodeJpeg) : image.pixels;
}
