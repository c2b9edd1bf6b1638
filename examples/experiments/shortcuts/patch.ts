import { scale } from '../../../src/demo/paint.js';
import { addMark, type Shortcut } from '../runs/picture.js';
import { rectangle } from '../runs/shapes.js';

/** A small coloured square in one corner. */
export const patch: Shortcut = {
  name: 'patch',
  role: 'suspect',
  segment: () => 'patch',
  stamp(picture, _, dice, side) {
    const size = Math.round((5 * side) / 48);
    const colour = scale([34, 200, 184], dice.between(0.9, 1.1));
    return addMark(picture, side, 'patch', [{ ...rectangle(0, 0, size, size), colour: () => colour }]);
  },
};
