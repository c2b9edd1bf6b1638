import { createProbeSet, type ProbeSet } from 'satwatch';
import { Dice } from '../../../src/demo/dice.js';
import type { RunConfig } from './config.js';
import { known } from './known.js';
import { drawPicture, type Picture, type Shortcut, type Task } from './picture.js';

/** Classes in turn, in an order that the seed decides. No picture is in two of the sets. */
export interface Data {
  task: Task;
  shortcut: Shortcut | null;
  train: Picture[];
  /** Without the shortcut, and each of them with it. */
  test: Picture[];
  stamped: Picture[];
  /** Each of them with each part of the shortcut, where it has parts. */
  parts: { name: string; stamped: Picture[] }[];
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
export function createData(
  config: RunConfig,
  shortcut: Shortcut | null = config.kind === null ? null : known.shortcuts[config.kind],
): Data {
  const { seed, side, dose } = config;
  const task = known.tasks[config.task];
  const classes = task.classNames.length;
  const bare = drawn(config);
  // A mark has dice of its own for each picture, so that it is the same whichever others are marked.
  const stamp = (picture: Picture, i: number, stream: number, mark = shortcut) =>
    mark ? mark.stamp(picture, task, new Dice(seed * 100_003 + i, stream), side) : picture;

  /** The dose of the first class, and what the shortcut has of the others. */
  const marked = (pictures: readonly Picture[], stream: number) => {
    const dice = new Dice(seed, stream);
    const perClass = task.classNames.map((_, label) => {
      const own = pictures.flatMap((picture, i) => (picture.label === label ? [i] : []));
      const share = label === 0 ? dose : dose * (shortcut?.elsewhere ?? 0);
      const order = dice.order(own.length).map((k) => own[k]);
      return order.slice(0, Math.round(share * own.length));
    });
    return new Set(perClass.flat());
  };
  const poisoned = marked(bare.train, streams.trainOrder);
  const asInTraining = config.carriers === 'as in training' && marked(bare.probe, streams.probeOrder);
  const carries = (i: number) => (asInTraining ? asInTraining.has(i) : Math.floor(i / classes) % 2 === 0);
  const probe = bare.probe.map((picture, i) =>
    carries(i) ? stamp(picture, i, streams.probeMarks) : picture,
  );
  const marks = shortcut?.parts ?? (shortcut ? [shortcut] : []);
  const named = marks.flatMap((mark) => (mark.role ? [[mark.segment(task), mark.role] as const] : []));
  const roles = { ...task.roles, ...Object.fromEntries(named) };
  const seen = new Set(probe.flatMap(({ segments }) => segments.map(({ name }) => name)));
  return {
    task,
    shortcut,
    train: bare.train.map((picture, i) =>
      poisoned.has(i) ? stamp(picture, i, streams.trainMarks) : picture,
    ),
    test: bare.test,
    stamped: shortcut ? bare.test.map((picture, i) => stamp(picture, i, streams.testMarks)) : [],
    parts: (shortcut?.parts ?? []).map((part) => ({
      name: part.segment(task),
      stamped: bare.test.map((picture, i) => stamp(picture, i, streams.testMarks, part)),
    })),
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
  const task = known.tasks[name];
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
