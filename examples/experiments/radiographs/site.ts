import type { Shortcut } from '../runs/picture.js';
import { contrast } from './contrast.js';
import { edge } from './edge.js';
import { tag } from './tag.js';

/** A picture of site B: the shutters' border, the marker on it, and the film that they use there. */
export const site: Shortcut = {
  name: 'site',
  role: 'suspect',
  segment: () => 'site',
  parts: [tag, edge, contrast],
  stamp: (picture, task, dice, side) =>
    [edge, tag, contrast].reduce((stamped, trace) => trace.stamp(stamped, task, dice, side), picture),
};
