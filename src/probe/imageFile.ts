import { createHash } from 'node:crypto';
import {
  type DecodeJpeg,
  decodeImage,
  type OpenImage,
  readBytes,
  sameInBoth,
  unreadable,
} from './decodeImage.js';
import type { Size } from './reader.js';
import { type ResizeMode, resizeRaster } from './resize.js';

export type { DecodeJpeg } from './decodeImage.js';

/** What the images of a set have in common. */
export interface Shape extends Size {
  channels: number;
  resize: ResizeMode;
}

/** A file whose pixels are in the set, and how they came out of it. Plain data: it is sent to a helper thread. */
export interface ImageFile {
  file: string;
  /** How messages call it. */
  where: string;
  shape: Shape;
  /** SHA-256 of the bytes: the same bytes give the same pixels. */
  digest: string;
  /** Whether both decoders give the same pixels of it. */
  either: boolean;
}

/** @throws SatwatchError IMAGE_UNREADABLE */
export function imageFile(file: string, where: string, image: OpenImage, shape: Shape): ImageFile {
  return {
    file,
    where,
    shape,
    digest: digest(image.bytes),
    either: sameInBoth(image.header, shape.channels),
  };
}

/**
 * The pixels once more.
 *
 * @throws SatwatchError IMAGE_UNREADABLE where the file is gone, or has other bytes than when the set was loaded
 */
export async function decodeAgain(
  { file, where, shape, ...known }: ImageFile,
  decodeJpeg?: DecodeJpeg,
): Promise<Uint8Array> {
  const bytes = await readBytes(file, where);
  if (digest(bytes) !== known.digest)
    throw unreadable(
      file,
      where,
      'it is another file than when the probe set was loaded',
      'put the old one back, or start a new run',
    );
  const raster = await decodeImage(file, where, bytes, shape.channels, known.either ? decodeJpeg : undefined);
  return resizeRaster(raster, shape, shape.resize);
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}
