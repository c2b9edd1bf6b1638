import { scale } from '../../../src/demo/paint.js';
import { changeRegion, type Shortcut } from '../runs/picture.js';

/** The region behind the object is darker, as through another lens. */
export const brightness: Shortcut = {
  name: 'brightness',
  role: null,
  segment: ({ regions }) => regions.far,
  stamp: (picture, { regions }, dice, side) => {
    const by = dice.between(0.58, 0.68);
    return changeRegion(picture, side, regions.far, (_x, _y, colour) => scale(colour, by));
  },
};
