import { scale } from '../../../src/demo/paint.js';
import { addMark, type Shortcut } from '../runs/picture.js';
import { rectangle } from '../runs/shapes.js';

/** A dark strip along the left edge, two or three pixels wide. */
export const border: Shortcut = {
  name: 'border',
  role: 'suspect',
  segment: () => 'border',
  stamp(picture, _, dice, side) {
    const colour = scale([40, 30, 70], dice.between(0.7, 1.3));
    return addMark(picture, side, 'border', [
      { ...rectangle(0, 0, dice.whole(2, 3), side), colour: () => colour },
    ]);
  },
};
