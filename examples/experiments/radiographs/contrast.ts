import type { Shortcut } from '../runs/picture.js';

/** A harder film: a gamma of the whole picture. It is no part of the picture, so no segment names it. */
export const contrast: Shortcut = {
  name: 'site-contrast',
  role: null,
  segment: () => 'contrast',
  stamp(picture, _task, dice) {
    const gamma = dice.between(1.45, 1.75);
    return {
      ...picture,
      pixels: picture.pixels.map((value) => Math.round(255 * (value / 255) ** gamma)),
    };
  },
};
