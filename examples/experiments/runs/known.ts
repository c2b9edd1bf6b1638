import { chest, traces } from '../radiographs/index.js';
import { shortcuts } from '../shortcuts/index.js';
import { tasks } from '../tasks/index.js';
import type { Shortcut, Task } from './picture.js';

/** All that a run can be told to take, by name: the detection benchmark's, and those of experiments of their own. */
export const known: {
  tasks: Readonly<Record<string, Task>>;
  shortcuts: Readonly<Record<string, Shortcut>>;
} = {
  tasks: { ...tasks, [chest.name]: chest },
  shortcuts: { ...shortcuts, ...traces },
};
