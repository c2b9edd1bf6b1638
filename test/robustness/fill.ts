import type * as tfjs from '@tensorflow/tfjs';
import { createProbeSet, enableFastTraining, openStore, rules, satCallback } from 'satwatch';
import { openStore as openOurs } from '../../src/store/index.js';
import { none, observation, smallProbe, startRun } from '../store/run.js';
import { markedTraining, net, probe } from '../task.js';
import { backend } from '../tf.js';

/** What the store holds, for requests that find something. */
export interface Content {
  runs: { id: number; name: string; epochs: number[]; steps: (number | null)[]; alerts: number[] }[];
  probeSets: string[];
  images: number;
  segments: string[];
  classes: string[];
}

const oddNames = [
  'a/b?c=%41&d#e',
  '../..',
  'ümläut 🦓',
  'it\'s "quoted"',
  '0',
  '-1',
  '%',
  ' ',
  'A'.repeat(300),
];

/** Fills a store with trainings that have pictures, maps and alerts, and with runs that have odd names or nothing. */
export async function fill(path: string): Promise<Content> {
  const tf = await backend();
  enableFastTraining(tf);
  await train(tf, path, 'horses', probe(), 5);
  const plain = probe();
  const rename: Record<string, string> = { mark: 'märk/<b>&amp;', thing: 'a thing?', background: '%00' };
  const odd = createProbeSet({
    width: plain.width,
    height: plain.height,
    channels: plain.channels,
    classNames: ['dark & grey', 'helle/Klasse'],
    roles: { [rename.mark]: 'suspect', [rename.background]: 'context' },
    images: plain.images.map((image) => ({
      ...image,
      id: `${image.id} ../ü`,
      segments: image.segments.map(({ name, mask }) => ({ name: rename[name], mask })),
    })),
  });
  await train(tf, path, oddNames[0], odd, 3);

  const store = openOurs(path);
  for (const name of [...oddNames.slice(1), ...Array.from({ length: 150 }, (_, i) => `series ${i}`)]) {
    const writer = startRun(store, name);
    for (let epoch = 0; epoch < name.length % 4; epoch++)
      writer.observation(observation(smallProbe(), epoch, { step: epoch % 2 ? 7 * epoch : null }), none);
    if (name.length % 3) writer.finish(name.length % 2 ? 'done' : 'failed');
  }
  store.close();
  return contentOf(path);
}

async function train(
  tf: typeof tfjs,
  store: string,
  run: string,
  set: ReturnType<typeof probe>,
  epochs: number,
): Promise<void> {
  const { xs, ys } = markedTraining(tf);
  const watch = satCallback(tf, {
    probe: set,
    store,
    run,
    inputRange: [0, 1],
    every: { batches: 3 },
    keepMaps: 2,
    rules: [rules.rankThreshold({ rank: 1.6 })],
    channels: [],
    verbose: false,
  });
  await net(tf).fit(xs, ys, { epochs, batchSize: 16, verbose: 0, callbacks: [watch] });
  tf.dispose([xs, ys]);
}

function contentOf(path: string): Content {
  const store = openStore(path, { readonly: true });
  try {
    const runs = store.runs().map(({ id, name }) => {
      const observed = store.metrics(name);
      return {
        id,
        name,
        epochs: observed.map(({ epoch }) => epoch),
        steps: observed.map(({ step }) => step),
        alerts: store.alerts(id).map((alert) => alert.id),
      };
    });
    const probeSets = [...new Set(runs.flatMap(({ id }) => store.probeSetsOf(id)))];
    const sets = probeSets.map((id) => store.probeSet(id));
    return {
      runs,
      probeSets,
      images: Math.max(...sets.map(({ images }) => images.length)),
      segments: [...new Set(sets.flatMap(({ segmentNames }) => segmentNames))],
      classes: [...new Set(sets.flatMap(({ classNames }) => classNames))],
    };
  } finally {
    store.close();
  }
}
