/**
 * What the nets see: a PNG for each task, a row a class, a column a shortcut; under it the parts of the first column's
 * pictures and of the shortcut's segment, to check the masks by eye.
 *
 *   node dist/examples/experiments/sheet.js FOLDER
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { Dice } from '../../src/demo/dice.js';
import { chest, traces } from './radiographs/index.js';
import { flagTasks } from './runs/known.js';
import { bitmapOf, drawPicture, type Picture } from './runs/picture.js';
import { shortcuts } from './shortcuts/index.js';
import { tasks } from './tasks/index.js';

const [folder = '.'] = process.argv.slice(2);
const side = 48;
const zoom = 3;
const step = side * zoom + 4;
mkdirSync(folder, { recursive: true });

const sheets = [
  ...[...Object.values(tasks), flagTasks[2]].map((task) => ({ task, marks: Object.values(shortcuts) })),
  { task: chest, marks: Object.values(traces) },
];
for (const { task, marks } of sheets) {
  const rows: Uint8Array[][] = task.classNames.flatMap((_, label) => {
    const plain = drawPicture(task, label, new Dice(label + 1), side);
    const stamped = marks.map((shortcut, k) => {
      const picture = drawPicture(task, label, new Dice(10 * k + label + 2), side);
      return { shortcut, picture: shortcut.stamp(picture, task, new Dice(k + 1), side) };
    });
    return [
      [plain.pixels, ...stamped.map(({ picture }) => picture.pixels)],
      [parts(plain), ...stamped.map(({ shortcut, picture }) => lit(picture, shortcut.segment(task)))],
    ];
  });
  const [width, height] = [rows[0].length * step, rows.length * step];
  const tiles = await Promise.all(
    rows.flatMap((row, y) =>
      row.map(async (pixels, x) => ({
        input: await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
          .resize(side * zoom, side * zoom, { kernel: 'nearest' })
          .png()
          .toBuffer(),
        left: x * step,
        top: y * step,
      })),
    ),
  );
  const file = join(folder, `tasks-${task.name}.png`);
  await sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite(tiles)
    .png()
    .toFile(file);
  console.log(`${file}: columns none, ${marks.map(({ name }) => name).join(', ')}`);
}

/** Each part in a colour of its own; what two parts share is white. */
function parts(picture: Picture): Uint8Array {
  const result = new Uint8Array(picture.pixels.length);
  picture.segments.forEach(({ name }, s) => {
    const hue = (s * 2.4) % (2 * Math.PI);
    bitmapOf(picture, name)!.forEach((inside, p) => {
      if (!inside) return;
      const shared = result[3 * p] > 0;
      for (let k = 0; k < 3; k++)
        result[3 * p + k] = shared ? 255 : 128 + 100 * Math.cos(hue + (2 * Math.PI * k) / 3);
    });
  });
  return result;
}

/** The segment as it is, all else grey; all parts where the shortcut is no segment. */
function lit(picture: Picture, name: string): Uint8Array {
  const bitmap = bitmapOf(picture, name);
  return bitmap ? picture.pixels.map((value, i) => (bitmap[Math.floor(i / 3)] ? value : 90)) : parts(picture);
}
