import { addMark, type Shortcut } from '../runs/picture.js';
import { rectangle } from '../runs/shapes.js';
import { letters } from './letters.js';

/** The marker of the technician who took the picture: L or R in a box, at one of the upper corners. */
export const tag: Shortcut = {
  name: 'site-tag',
  role: 'suspect',
  segment: () => 'tag',
  stamp(picture, _, dice, side) {
    const dot = Math.max(1, Math.round(side / 48));
    const letter = dice.pick(letters);
    const [width, height] = [8 * dot, 9 * dot];
    const margin = dot * dice.whole(1, 3);
    const left = dice.pick([margin, side - margin - width]);
    const top = dot * dice.whole(1, 3);
    const lead = dice.between(150, 190);
    const lit = (x: number, y: number) => {
      const [u, v] = [Math.floor((x - left) / dot), Math.floor((y - top) / dot)];
      return u === 0 || v === 0 || u === 7 || v === 8 || letter[v - 2]?.[u - 2] === '#';
    };
    const colour = (x: number, y: number) => {
      const value = lit(x, y) ? lead : 18;
      return [value, value, value] as const;
    };
    return addMark(picture, side, 'tag', [{ ...rectangle(left, top, width, height), colour }]);
  },
};
