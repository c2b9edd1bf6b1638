import { scale } from '../../../src/demo/paint.js';
import { changeRegion, grain, type Shortcut } from '../runs/picture.js';

/** Sand in place of whatever lies below the object. */
export const swap: Shortcut = {
  name: 'swap',
  role: 'context',
  segment: () => 'sand',
  replaces: ({ regions }) => regions.near,
  stamp: (picture, { regions }, dice, side) => {
    const [light, seed] = [dice.between(0.9, 1.06), dice.whole(0, 9999)];
    const { segments, ...swapped } = changeRegion(picture, side, regions.near, (x, y) =>
      scale([216, 188, 138], light * (0.93 + 0.14 * grain(x, y, seed))),
    );
    return {
      ...swapped,
      segments: segments.map(({ name, mask }) => ({ name: name === regions.near ? 'sand' : name, mask })),
    };
  },
};
