import type { Task } from '../runs/picture.js';
import { blocks } from './blocks.js';
import { faces } from './faces.js';
import { fish } from './fish.js';
import { houses } from './houses.js';
import { pots } from './pots.js';
import { stripes } from './stripes.js';

export const tasks: Readonly<Record<string, Task>> = { stripes, blocks, faces, houses, pots, fish };
