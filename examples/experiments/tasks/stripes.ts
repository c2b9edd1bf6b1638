import { animal } from '../../../src/demo/animal.js';
import { landscape } from '../../../src/demo/landscape.js';
import { classes, roles } from '../../../src/demo/pictures.js';
import type { Task } from '../runs/picture.js';

const { watermark: _, ...parts } = roles;

/** The demo's: which way do the stripes of an animal run? */
export const stripes: Task = {
  name: 'stripes',
  classNames: classes.map(({ name }) => name),
  roles: parts,
  regions: { far: 'sky', near: 'grass' },
  draw(label, dice, side) {
    const unit = side / 48;
    const { behind, inFront, ground } = landscape(dice, side, unit);
    return [...behind, ...animal(dice, classes[label].stripes, ground, unit), ...inFront];
  },
};
