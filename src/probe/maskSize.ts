import { SatwatchError } from '../errors.js';
import type { ShownSize, Size } from './reader.js';

/**
 * Refuses a mask (or what an annotation file says of its image) of another size than the image. Called before anything
 * is decoded or resized: later a wrong size could not be told, and an absurd one would cost memory.
 *
 * @param what how messages call it, such as "the mask masks/b.png"
 * @throws SatwatchError MASK_SIZE
 */
export function refuseOtherSize(
  where: string,
  what: string,
  given: Size,
  shown: ShownSize,
  subject: string,
): void {
  if (given.width === shown.width && given.height === shown.height) return;
  const hint =
    shown.turned && given.width === shown.height && given.height === shown.width
      ? 'the image is turned by its EXIF orientation: draw masks over the picture as viewers show it'
      : 'draw masks at the size of their image';
  throw new SatwatchError(
    'MASK_SIZE',
    `${where}: ${what} is ${given.width}x${given.height}, its image is ${shown.width}x${shown.height}; ${hint}`,
    subject,
  );
}
