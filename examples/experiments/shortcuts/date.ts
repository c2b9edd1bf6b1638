import { addMark, type Shortcut } from '../runs/picture.js';

/** Digits of 3×5 dots. */
const digits = [
  ['###', '#.#', '#.#', '#.#', '###'],
  ['.#.', '##.', '.#.', '.#.', '###'],
  ['###', '..#', '###', '#..', '###'],
  ['###', '..#', '.##', '..#', '###'],
  ['#.#', '#.#', '###', '..#', '..#'],
  ['###', '#..', '###', '..#', '###'],
  ['###', '#..', '###', '#.#', '###'],
  ['###', '..#', '..#', '.#.', '.#.'],
  ['###', '#.#', '###', '#.#', '###'],
  ['###', '#.#', '###', '..#', '###'],
];

/** The date that a camera leaves: orange digits at the lower right. */
export const date: Shortcut = {
  name: 'date',
  role: 'suspect',
  segment: () => 'date',
  stamp(picture, _, dice, side) {
    const shown = Array.from({ length: 4 }, () => dice.pick(digits));
    const [left, top] = [side - 17 - dice.whole(0, 1), side - 7 - dice.whole(0, 1)];
    const inside = (x: number, y: number) => {
      const [column, row] = [Math.floor(x) - left, Math.floor(y) - top];
      const glyph = shown[Math.floor(column / 4)];
      return column >= 0 && glyph?.[row]?.[column % 4] === '#';
    };
    const box = [left, top, left + 15, top + 5] as const;
    return addMark(picture, side, 'date', [{ inside, box, colour: () => [255, 150, 30] }], 0.9);
  },
};
