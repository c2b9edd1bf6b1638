import { addMark, type Shortcut } from '../runs/picture.js';
import { rectangle } from '../runs/shapes.js';

/** A grey label in a corner, any of the four, that looks like a badly compressed JPEG: two blocks of one cosine each. */
export const tag: Shortcut = {
  name: 'tag',
  role: 'suspect',
  segment: () => 'tag',
  stamp(picture, _, dice, side) {
    const [width, height] = [Math.min(16, side / 2), 8];
    const left = dice.pick([1, side - 1 - width]);
    const top = dice.pick([1, side - 1 - height]);
    const waves = [0, 1].map(() => [dice.whole(2, 4), dice.whole(1, 3)]);
    const colour = (x: number, y: number) => {
      const [u, v] = [Math.floor(x - left), Math.floor(y - top)];
      const [across, down] = waves[Math.floor(u / 8)];
      const wave =
        Math.cos(((2 * (u % 8) + 1) * across * Math.PI) / 16) * Math.cos(((2 * v + 1) * down * Math.PI) / 16);
      const value = 130 + 100 * wave;
      return [value, value, value] as const;
    };
    return addMark(picture, side, 'tag', [{ ...rectangle(left, top, width, height), colour }]);
  },
};
