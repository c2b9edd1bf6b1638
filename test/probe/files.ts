import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll } from 'vitest';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A new folder, gone after the tests of the file. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'satwatch-probe-'));
  folders.push(folder);
  return folder;
}

export type Files = Record<string, Buffer | string | object>;

/** Writes the files (objects as JSON) into a new folder. */
export function folderWith(files: Files): string {
  const folder = newFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(
      join(folder, name),
      typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content),
    );
  }
  return folder;
}

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export const inBox = ({ left, top, width, height }: Box, x: number, y: number) =>
  x >= left && x < left + width && y >= top && y < top + height;

/** A PNG whose values come from a function of the pixel. */
export function png(width: number, height: number, value: (x: number, y: number) => number | number[]) {
  return drawn(width, height, value).png().toBuffer();
}

/** The same, before it is encoded. */
export function drawn(width: number, height: number, value: (x: number, y: number) => number | number[]) {
  const pixels = Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width)));
  const channels = [pixels[0]].flat().length as 1 | 3 | 4;
  const image = sharp(Uint8Array.from(pixels.flat()), { raw: { width, height, channels } });
  return channels === 1 ? image.toColourspace('b-w') : image;
}

/** A grey PNG, white in the box. */
export function maskPng(width: number, height: number, box: Box) {
  return png(width, height, (x, y) => (inBox(box, x, y) ? 255 : 0));
}
