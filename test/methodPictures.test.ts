import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './task.js';

const root = join(import.meta.dirname, '..');
const data = join(root, '../shared/data');
const folder = temporaryFolder();
/** Where the sheet's tiles begin, and how far apart they are; a group's title takes 38 more between rows. */
const [left, step, tile, photographsTop, mapsTop] = [212, 116, 112, 52, 206];

describe.runIf(existsSync(join(data, 'efficientnet-lite0')))(
  'methodPictures (skipped where ../shared/data/efficientnet-lite0 is not there)',
  () => {
    it('draws photographs and maps, each in its column, in colours that tell the sign', async () => {
      const photographs = join(folder, 'photographs');
      mkdirSync(photographs);
      // What stands right or left of the middle is cut off.
      await draw(
        '<rect width="300" height="200" fill="#208040"/><circle cx="150" cy="100" r="60" fill="#fff"/>',
      )
        .jpeg()
        .toFile(join(photographs, 'a.jpg'));
      await draw('<rect width="300" height="200" fill="#c03020"/><path d="M70 40h90v90h-90z" fill="#222"/>')
        .png()
        .toFile(join(photographs, 'b.png'));
      const out = join(folder, 'sheet.png');
      await promisify(execFile)(process.execPath, [
        join(root, 'dist/examples/methodPictures.js'),
        ...['--data', data, '--photographs', photographs, '--out', out],
        ...['--methods', 'input-x-gradient,grad-cam,segment-ablation'],
      ]);

      // Three rows of maps in two groups, grad-cam at two layers; segment-ablation needs named parts.
      const { width, height } = await sharp(out).metadata();
      expect(width).toBe(left + 2 * step - 4 + 16);
      expect(height).toBe(photographsTop + 4 * step + 2 * 38 + 106);

      for (const [column, [red, green]] of [
        [32, 128],
        [192, 48],
      ].entries()) {
        const corner = await colours(out, left + column * step, photographsTop, 4);
        expect(Math.abs(corner[0][0] - red)).toBeLessThan(12);
        expect(Math.abs(corner[0][1] - green)).toBeLessThan(12);
        const signed = await colours(out, left + column * step, mapsTop, tile);
        expect(signed.filter(isBlue).length).toBeGreaterThan(50);
        expect(signed.filter(isOrange).length).toBeGreaterThan(50);
        const positive = await colours(out, left + column * step, mapsTop + step + 38, tile);
        expect(positive.filter(isBlue)).toEqual([]);
        expect(positive.filter(isOrange).length).toBeGreaterThan(1000);
      }
    });
  },
);

const draw = (shapes: string) =>
  sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200">${shapes}</svg>`));

async function colours(file: string, x: number, y: number, side: number): Promise<number[][]> {
  const square = sharp(file).extract({ left: x, top: y, width: side, height: side }).removeAlpha();
  const bytes = await square.raw().toBuffer();
  return Array.from({ length: side * side }, (_, at) => [...bytes.subarray(3 * at, 3 * at + 3)]);
}
const isOrange = ([red, , blue]: number[]) => red > blue + 12;
const isBlue = ([red, , blue]: number[]) => blue > red + 12;
