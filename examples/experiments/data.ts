import { createProbeSet, type ProbeSet } from 'satwatch';
import { Dice } from '../../src/demo/dice.js';
import type { RunConfig } from './config.js';
import { drawPicture, type Picture, type Shortcut, type Task } from './picture.js';
import { shortcuts } from './shortcuts/index.js';
import { tasks } from './tasks/index.js';

/** Classes in turn, in an order that the seed decides. No picture is in two of the sets. */
export interface Data {
  task: Task;
  shortcut: Shortcut | null;
  train: Picture[];
  /** Without the shortcut, and each of them with it. */
  test: Picture[];
  stamped: Picture[];
  /** With the shortcut on the pictures that `RunConfig.carriers` says. */
  probe: ProbeSet;
}

const streams = {
  train: 1,
  test: 2,
  probe: 3,
  trainOrder: 4,
  trainMarks: 5,
  testMarks: 6,
  probeMarks: 7,
  probeOrder: 10,
} as const;

/** Draws all pictures of a run. A higher dose marks the same pictures and more; all else is the same at every dose. */
export function createData(config: RunConfig): Data {
  const { seed, side, dose } = config;
  const task = tasks[config.task];
  const shortcut = config.kind === null ? null : shortcuts[config.kind];
  const classes = task.classNames.length;
  const bare = drawn(config);
  // A mark has dice of its own for each picture, so that it is the same whichever others are marked.
  const stamp = (picture: Picture, i: number, stream: number) =>
    shortcut ? shortcut.stamp(picture, task, new Dice(seed * 100_003 + i, stream), side) : picture;

  /** The dose of the first class. */
  const marked = (pictures: readonly Picture[], stream: number) => {
    const first = pictures.flatMap(({ label }, i) => (label === 0 ? [i] : []));
    const order = new Dice(seed, stream).order(first.length).map((k) => first[k]);
    return new Set(order.slice(0, Math.round(dose * first.length)));
  };
  const poisoned = marked(bare.train, streams.trainOrder);
  const asInTraining = config.carriers === 'as in training' && marked(bare.probe, streams.probeOrder);
  const carries = (i: number) => (asInTraining ? asInTraining.has(i) : Math.floor(i / classes) % 2 === 0);
  const probe = bare.probe.map((picture, i) =>
    carries(i) ? stamp(picture, i, streams.probeMarks) : picture,
  );
  const roles = { ...task.roles, ...(shortcut?.role && { [shortcut.segment(task)]: shortcut.role }) };
  const seen = new Set(probe.flatMap(({ segments }) => segments.map(({ name }) => name)));
  return {
    task,
    shortcut,
    train: bare.train.map((picture, i) =>
      poisoned.has(i) ? stamp(picture, i, streams.trainMarks) : picture,
    ),
    test: bare.test,
    stamped: shortcut ? bare.test.map((picture, i) => stamp(picture, i, streams.testMarks)) : [],
    probe: createProbeSet({
      width: side,
      height: side,
      channels: 3,
      classNames: [...task.classNames],
      roles: Object.fromEntries(Object.entries(roles).filter(([name]) => seen.has(name))),
      images: probe.map((picture, i) => ({ id: `probe-${String(i).padStart(3, '0')}`, ...picture })),
    }),
  };
}

type Bare = Record<'train' | 'test' | 'probe', Picture[]>;
let last: { key: string; bare: Bare } | undefined;

/** The pictures without any shortcut; kept for the next run, which often differs in the net or the dose alone. */
function drawn({ task: name, seed, side, train, probe, stamped }: RunConfig): Bare {
  const key = JSON.stringify([name, seed, side, train, probe, stamped]);
  if (last?.key === key) return last.bare;
  const task = tasks[name];
  const classes = task.classNames.length;
  const draw = (n: number, stream: number) => {
    const dice = new Dice(seed, stream);
    return Array.from({ length: n }, (_, i) => drawPicture(task, i % classes, dice, side));
  };
  const bare = {
    train: draw(train, streams.train),
    test: draw(Math.ceil(stamped / (classes - 1)) * classes, streams.test),
    probe: draw(probe, streams.probe),
  };
  last = { key, bare };
  return bare;
}
