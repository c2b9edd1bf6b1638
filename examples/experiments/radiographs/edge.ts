import { union } from '../../../src/demo/shapes.js';
import { addMark, type Shortcut } from '../runs/picture.js';
import { rectangle } from '../runs/shapes.js';

/** The shutters of the tube: a straight black border along one or two sides, narrow or wide. */
export const edge: Shortcut = {
  name: 'site-edge',
  role: 'suspect',
  segment: () => 'edge',
  stamp(picture, _, dice, side) {
    const sides = dice.order(4).slice(0, dice.whole(1, 2));
    const borders = sides.map((which) => {
      const width = (side / 48) * dice.between(1.5, 5);
      const start = which % 2 === 0 ? 0 : side - width;
      return which < 2 ? rectangle(start, 0, width, side) : rectangle(0, start, side, width);
    });
    const value = dice.between(0, 4);
    return addMark(picture, side, 'edge', [{ ...union(...borders), colour: () => [value, value, value] }]);
  },
};
