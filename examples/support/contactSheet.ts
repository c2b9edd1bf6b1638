import sharp, { type Sharp } from 'sharp';
import { heatColour } from './heatColours.js';

export interface Caption {
  text: string;
  /** In smaller letters under it. */
  detail: string;
}

export interface Row extends Caption {
  /** A picture for each column: side · side · 3 bytes. */
  pictures: Uint8Array[];
}

interface Sheet {
  /** Sides of the pictures as they are handed in. */
  side: number;
  columns: Caption[];
  photographs: Uint8Array[];
  groups: { title: string; rows: Row[] }[];
  /** Lines at the foot, beside the scale. */
  notes: string[];
}

const tile = 112;
const gap = 4;
const step = tile + gap;
const left = 212;
const margin = 16;
const [ink, soft, line] = ['#1d2125', '#646b73', '#dcd8d1'];
const fonts = 'Helvetica, Arial, DejaVu Sans, sans-serif';

/** A row for each method, a column for each photograph, at the top the photographs themselves. */
export async function contactSheet({ side, columns, photographs, groups, notes }: Sheet): Promise<Sharp> {
  const tiles: { input: Buffer; left: number; top: number }[] = [];
  const words: string[] = [];
  const place = async (pictures: Uint8Array[], top: number) => {
    for (const [column, pixels] of pictures.entries()) {
      const picture = sharp(pixels, { raw: { width: side, height: side, channels: 3 } });
      tiles.push({
        input: await picture.resize(tile, tile).png().toBuffer(),
        left: left + column * step,
        top,
      });
    }
  };
  const say = (x: number, y: number, text: string, style: string) => {
    words.push(`<text x="${x}" y="${y}" ${style}>${escaped(text)}</text>`);
  };
  const captions = (y: number, style: string, of: keyof Caption = 'text') => {
    columns.forEach((column, at) => {
      say(left + at * step + tile / 2, y, column[of], `text-anchor="middle" ${style}`);
    });
  };

  let y = margin;
  captions(y + 12, `font-size="13" font-weight="bold" fill="${ink}"`);
  captions(y + 28, `font-size="11" fill="${soft}"`, 'detail');
  y += 36;
  await place(photographs, y);
  y += step;
  const right = left + columns.length * step - gap;
  for (const { title, rows } of groups) {
    y += 10;
    words.push(`<path d="M${margin} ${y + 0.5}H${right}" stroke="${line}"/>`);
    say(margin, y + 19, title, `font-size="11" fill="${soft}" letter-spacing="0.6"`);
    captions(y + 19, `font-size="11" fill="${soft}"`);
    y += 28;
    for (const { text, detail, pictures } of rows) {
      const middle = y + tile / 2;
      say(margin, middle + (detail ? -2 : 4), text, `font-size="13" font-weight="bold" fill="${ink}"`);
      detail.split('\n').forEach((part, at) => {
        say(margin, middle + 15 + 14 * at, part, `font-size="11" fill="${soft}"`);
      });
      await place(pictures, y);
      y += step;
    }
  }

  y += 16;
  words.push(scale(left, y));
  notes.forEach((note, at) => {
    say(left, y + 50 + 16 * at, note, `font-size="11" fill="${soft}"`);
  });
  const [width, height] = [right + margin, y + 50 + 16 * notes.length + margin / 2];
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="${fonts}">${words.join('')}</svg>`;
  const sheet = sharp({ create: { width, height, channels: 3, background: '#ffffff' } });
  return sheet.composite([...tiles, { input: Buffer.from(text), left: 0, top: 0 }]);
}

/** What the colours mean: from against the class to for it. */
function scale(x: number, y: number): string {
  const steps = 81;
  const bars = Array.from({ length: steps }, (_, i) => {
    const colour = heatColour((2 * i) / (steps - 1) - 1).join();
    return `<rect x="${x + 4 * i}" y="${y}" width="4" height="10" fill="rgb(${colour})"/>`;
  });
  const ends = [
    [x, 'start', 'against the class'],
    [x + 2 * steps, 'middle', '0'],
    [x + 4 * steps, 'end', 'for the class'],
  ].map(([at, anchor, text]) => `<text x="${at}" y="${y + 25}" text-anchor="${anchor}">${text}</text>`);
  return `${bars.join('')}<g font-size="11" fill="${ink}">${ends.join('')}</g>`;
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
