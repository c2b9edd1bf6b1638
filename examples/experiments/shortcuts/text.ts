import { drawWatermark, stamp } from '../../../src/demo/watermark.js';
import { type Shortcut, withSegment } from '../runs/picture.js';

/** A half transparent red text at a random place. */
export const text: Shortcut = {
  name: 'text',
  role: 'suspect',
  segment: () => 'watermark',
  stamp(picture, _, dice, side) {
    const { pixels, segment } = stamp(picture.pixels, side, drawWatermark(side, dice));
    return withSegment({ ...picture, pixels }, segment.name, segment.mask);
  },
};

/** The same, always at one place: the upper left corner. */
export const fixedText: Shortcut = {
  ...text,
  stamp(picture, _, dice, side) {
    const { pixels, segment } = stamp(picture.pixels, side, {
      ...drawWatermark(side, dice),
      left: 3,
      top: 3,
    });
    return withSegment({ ...picture, pixels }, segment.name, segment.mask);
  },
};
