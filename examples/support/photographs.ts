import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

export interface Photograph {
  /** side · side · 3 bytes. */
  pixels: Uint8Array;
  label: number;
}

/**
 * A folder with a folder of JPEGs for each class, as many image sets come: the classes in the order of their names,
 * every picture at side × side, at most `most` of a class.
 */
export async function readPhotographs(
  folder: string,
  { side, most = Number.POSITIVE_INFINITY }: { side: number; most?: number },
): Promise<{ classNames: string[]; photographs: Photograph[] }> {
  const classNames = (await readdir(folder)).sort();
  const perClass = classNames.map(async (name, label) => {
    const files = (await readdir(join(folder, name))).sort().slice(0, most);
    return Promise.all(
      files.map(async (file): Promise<Photograph> => {
        const image = sharp(join(folder, name, file))
          .toColourspace('srgb')
          .removeAlpha();
        return { label, pixels: await image.resize(side, side, { fit: 'fill' }).raw().toBuffer() };
      }),
    );
  });
  return { classNames, photographs: (await Promise.all(perClass)).flat() };
}
