import type { Colour } from '../../../src/demo/paint.js';
import { bitmapOf, changeRegion, type Shortcut } from '../runs/picture.js';

/** The region below the object is out of focus: each pixel the mean of the region's own pixels around it. */
export const blur: Shortcut = {
  name: 'blur',
  role: null,
  segment: ({ regions }) => regions.near,
  stamp: (picture, { regions }, dice, side) => {
    const radius = dice.whole(2, 3);
    const inside = bitmapOf(picture, regions.near);
    return changeRegion(picture, side, regions.near, (x, y) => {
      const sum = [0, 0, 0];
      let count = 0;
      for (let v = Math.max(0, y - radius); v <= Math.min(side - 1, y + radius); v++)
        for (let u = Math.max(0, x - radius); u <= Math.min(side - 1, x + radius); u++) {
          if (!inside?.[v * side + u]) continue;
          count++;
          for (let k = 0; k < 3; k++) sum[k] += picture.pixels[3 * (v * side + u) + k];
        }
      return sum.map((value) => value / count) as unknown as Colour;
    });
  },
};
