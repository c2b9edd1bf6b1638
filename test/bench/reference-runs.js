// How often the reference rule alarms in clean runs, and how often in runs that lean on the red corner, against 1, 3, 5 and
// 19 clean references: `node test/bench/reference-runs.js [--clean 120] [--marked 40] [--draws 1000]
// [--budget Infinity]`, the reliance test's, by default its own.
// Small nets on drawn squares (examples/support/squares.ts), every run with pictures and weights of its own seed. Then a
// watched run and its references are drawn many times from those trained; the draws overlap.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openStore, rules, satCallback } from 'satwatch';
import { seededRandom } from '../../dist/examples/support/random.js';
import { drawSquares, side, squaresProbe, toTensors } from '../../dist/examples/support/squares.js';
import { loadBackend } from '../../dist/src/backend/index.js';
import { readReferences } from '../../dist/src/monitor/references.js';

const { values } = parseArgs({
  options: {
    clean: { type: 'string', default: '120' },
    marked: { type: 'string', default: '40' },
    draws: { type: 'string', default: '1000' },
    budget: { type: 'string' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'satwatch-references-'));
const store = openStore(join(folder, 'runs.sqlite'));
const probe = squaresProbe();
const { tf } = await loadBackend('wasm');
/** Accuracy of dark pictures that a red corner must cost to count as reliance. */
const reliant = 0.05;
const dark = drawSquares(400, 3, [0, 0]).filter(({ label }) => label === 0);
const stamped = drawSquares(400, 3, [1, 1]).filter(({ label }) => label === 0);

/** Trains and watches a run; what the corner costs at the end is kept with it. */
async function train(name, seed, share) {
  const init = (s) => tf.initializers.heNormal({ seed: 10 * seed + s });
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [side, side, 3],
        filters: 16,
        kernelSize: 3,
        activation: 'relu',
        kernelInitializer: init(1),
      }),
      tf.layers.globalMaxPooling2d({}),
      tf.layers.dense({ units: 2, activation: 'softmax', kernelInitializer: init(2) }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const { xs, ys } = toTensors(tf, drawSquares(300, 10_000 + seed, [0, share]));
  let lost = 0;
  const callbacks = [
    satCallback(tf, {
      probe,
      store,
      run: name,
      inputRange: [-1, 1],
      channels: [],
      keepMaps: 'none',
      verbose: false,
      ...(values.budget !== undefined && { reliance: { budget: Number(values.budget) } }),
    }),
    new tf.CustomCallback({
      onEpochEnd: () => {
        lost = Math.max(lost, accuracy(model, dark) - accuracy(model, stamped));
      },
    }),
  ];
  await model.fit(xs, ys, { epochs: 6, batchSize: 32, shuffle: false, verbose: 0, callbacks });
  tf.dispose([xs, ys]);
  model.dispose();
  return lost;
}

function accuracy(model, pictures) {
  return tf.tidy(() => {
    const found = model.predict(toTensors(tf, pictures).xs).argMax(1).dataSync();
    return pictures.filter(({ label }, i) => found[i] === label).length / pictures.length;
  });
}

const kinds = [
  { name: 'clean', share: 0, runs: Number(values.clean) },
  ...[0.05, 0.2, 0.9].map((share) => ({
    name: `corner on ${100 * share} %`,
    share,
    runs: Number(values.marked),
  })),
];
try {
  const started = performance.now();
  let seed = 1;
  for (const kind of kinds) {
    kind.trained = [];
    for (let i = 0; i < kind.runs; i++) {
      const run = `${kind.name} ${seed}`;
      const lost = await train(run, seed++, kind.share);
      kind.trained.push({ run, lost });
    }
    const alarmed = kind.trained.filter(({ run }) =>
      store.alerts(run).some(({ rule, level }) => rule === 'reliance' && level !== 'warning'),
    );
    const counted = kind.trained.filter(({ lost }) => lost >= reliant);
    console.log(
      `${kind.name}: ${kind.runs} runs; ${counted.length} lose ${100 * reliant} points or more at some epoch; reliance alarms in ${alarmed.length}`,
    );
  }
  console.log(`trained in ${((performance.now() - started) / 1000).toFixed(0)} s\n`);

  const { segmentNames, classNames, roles, images } = probe;
  const classCounts = classNames.map((_, label) => images.filter((image) => image.label === label).length);
  const names = kinds.flatMap(({ trained }) => trained.map(({ run }) => run));
  // Read as the monitor reads references: all are measured alike.
  const { config, model } = store.run(names[0]);
  const known = new Map(
    readReferences(store, names, { name: '', probe, config, model }).map((run) => [run.name, run]),
  );
  const random = seededRandom(1);
  const draw = (list) => list[Math.floor(random() * list.length)];
  const alarms = ({ observed }, references) =>
    observed.some((_, last) => {
      const past = observed
        .slice(0, last + 1)
        .map((one) => ({ step: null, metrics: {}, probeAccuracy: null, ...one }));
      const history = { probe: { segmentNames, classNames, roles, classCounts }, planned: 7, pairs: 2 };
      return rules.reference().evaluate({ ...history, observed: past, references }).length > 0;
    });
  for (const count of [1, 3, 5, 19].filter((n) => n < kinds[0].runs)) {
    const shares = kinds.map(({ name, trained }) => {
      const watched = name === 'clean' ? trained : trained.filter(({ lost }) => lost >= reliant);
      if (watched.length === 0) return `${name} –`;
      let above = 0;
      for (let i = 0; i < Number(values.draws); i++) {
        const own = draw(watched).run;
        const others = new Set();
        while (others.size < count) {
          const { run } = draw(kinds[0].trained);
          if (run !== own) others.add(run);
        }
        if (
          alarms(
            known.get(own),
            [...others].map((run) => known.get(run)),
          )
        )
          above++;
      }
      return `${name} ${(above / Number(values.draws)).toFixed(3)}`;
    });
    console.log(
      `${count} references (1 in ${count + 1} = ${(1 / (count + 1)).toFixed(3)}): ${shares.join(', ')}`,
    );
  }
} finally {
  store.close();
  rmSync(folder, { recursive: true, force: true });
}
