import { changeRegion, type Shortcut } from '../runs/picture.js';

/** A faint hatching, confined to the region behind the object. */
export const texture: Shortcut = {
  name: 'texture',
  role: null,
  segment: ({ regions }) => regions.far,
  stamp: (picture, { regions }, dice, side) => {
    const [phase, strength] = [dice.whole(0, 3), dice.between(11, 15)];
    return changeRegion(picture, side, regions.far, (x, y, colour) => {
      const by = (x + y + phase) % 4 < 2 ? strength : -strength;
      return [colour[0] + by, colour[1] + by, colour[2] + by];
    });
  },
};
