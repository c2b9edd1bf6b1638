import { chest, traces } from '../radiographs/index.js';
import { shortcuts } from '../shortcuts/index.js';
import { flags } from '../tasks/flags.js';
import { tasks } from '../tasks/index.js';
import type { Shortcut, Task } from './picture.js';

/** Of the experiment on the number of classes. */
export const flagTasks: readonly Task[] = [2, 8, 32].map(flags);

/** All that a run can be told to take, by name: the detection benchmark's, and those of experiments of their own. */
export const known: {
  tasks: Readonly<Record<string, Task>>;
  shortcuts: Readonly<Record<string, Shortcut>>;
} = {
  tasks: Object.fromEntries([...Object.values(tasks), chest, ...flagTasks].map((task) => [task.name, task])),
  shortcuts: { ...shortcuts, ...traces },
};
