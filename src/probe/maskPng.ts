import sharp, { type Sharp } from 'sharp';
import { SatwatchError } from '../errors.js';
import type { Mask } from '../types.js';
import { type OpenImage, openImage } from './decodeImage.js';
import { maskFromBitmap } from './mask.js';
import { refuseOtherSize } from './maskSize.js';
import type { ShownSize } from './reader.js';

/**
 * A mask from a PNG: inside is whatever is neither black nor fully transparent.
 *
 * @throws SatwatchError IMAGE_UNREADABLE, MASK_SIZE, or MASK_INVALID where the file is no 8-bit PNG
 */
export async function readMaskPng(file: string, where: string, size: ShownSize): Promise<Mask> {
  const { data, width, height } = await readPng(file, where, size, (image) =>
    sharp(image.bytes, { ignoreIcc: true }).toColourspace('srgb').ensureAlpha(),
  );
  const bitmap = new Uint8Array(width * height);
  for (let i = 0; i < bitmap.length; i++)
    bitmap[i] = data[4 * i + 3] && (data[4 * i] || data[4 * i + 1] || data[4 * i + 2]) ? 1 : 0;
  return maskFromBitmap(bitmap, width, height);
}

/**
 * The masks of a label PNG: one 8-bit channel in which every value is the id of a segment.
 *
 * @returns one mask per id that occurs, in the order of the ids
 * @throws SatwatchError IMAGE_UNREADABLE, MASK_SIZE, or MASK_INVALID where the file has not one 8-bit channel
 */
export async function readLabelPng(file: string, where: string, size: ShownSize): Promise<Map<number, Mask>> {
  const { data, width, height } = await readPng(file, where, size, (image) => {
    const { channels, isPalette, bitsPerSample } = image.header;
    // Decoding would turn a palette into colours, and spread 1, 2 or 4 bits over 0..255: the ids would be lost.
    if (channels !== 1 || isPalette || bitsPerSample !== 8)
      throw broken(
        file,
        where,
        `a label PNG has one grey channel of 8 bits, this one has ` +
          `${isPalette ? 'a palette' : `${channels} channel${channels === 1 ? '' : 's'} of ${bitsPerSample} bits`}`,
        'save the ids as an 8-bit greyscale PNG',
      );
    return sharp(image.bytes, { ignoreIcc: true }).extractChannel(0);
  });
  const runs: number[][] = Array.from({ length: 256 }, () => []);
  for (let i = 0; i < data.length; ) {
    const [start, id] = [i, data[i]];
    while (i < data.length && data[i] === id) i++;
    runs[id].push(start, i - start);
  }
  return new Map(
    [...runs.entries()]
      .filter(([, found]) => found.length)
      .map(([id, found]) => [id, { width, height, runs: Uint32Array.from(found) }]),
  );
}

async function readPng(file: string, where: string, size: ShownSize, decoder: (image: OpenImage) => Sharp) {
  const image = await openImage(file, where);
  const { format, depth } = image.header;
  if (format !== 'png')
    throw broken(file, where, `a mask has to be a PNG, this is ${format}`, 'save it lossless, as PNG');
  if (depth !== 'uchar') throw broken(file, where, 'it has 16 bits a value', 'save it with 8 bits');
  refuseOtherSize(where, `the mask ${file}`, image.header, size, file);
  const { data, info } = await decoder(image)
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((cause) => {
      throw new SatwatchError(
        'IMAGE_UNREADABLE',
        `${where}: cannot read the mask ${file}: ${cause.message}; replace the file`,
        file,
        { cause },
      );
    });
  return { data: new Uint8Array(data), width: info.width, height: info.height };
}

function broken(file: string, where: string, flaw: string, remedy: string): SatwatchError {
  return new SatwatchError('MASK_INVALID', `${where}: mask ${file}: ${flaw}; ${remedy}`, file);
}
