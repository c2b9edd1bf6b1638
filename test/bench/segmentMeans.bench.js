// `segmentMeans` over one plain float64 pass over the same maps, and beside numpy's usual loop over boolean masks.
import { segmentMeans } from 'satwatch';
import { interleave, openBench, times } from './frame.js';
import { drawMaps } from './scene.js';
import { startPython } from './workers.js';

const images = times(64, 8);
const bench = openBench('segmentMeans', { title: 'Segment means, µs an image' });

/** The least that any program must do: read every value once and add it up. */
function plainPass(map) {
  let sum = 0;
  for (let i = 0; i < map.length; i++) sum += map[i];
  return sum;
}

const python = await startPython('segmentMeans.py', ['numpy==2.4.6']);
let sink = 0;
for (const side of [64, 224])
  for (const segments of [12, 200]) {
    const drawn = drawMaps({ count: images, side, segments });
    await python?.ask(
      { side, segments, images },
      drawn.flatMap(({ map, bitmaps }) => [map, ...bitmaps]),
    );
    const repeats = times(side === 64 ? 20 : 4);
    const again = (body) => () => {
      for (let r = 0; r < repeats; r++) for (const image of drawn) sink += body(image);
    };
    const numpy = [];
    const { means, pass } = await interleave(
      {
        means: again(({ map, segments }) => segmentMeans(map, segments)[0]),
        pass: again(({ map }) => plainPass(map)),
        ...(python && {
          numpy: async (round) => {
            const { ms } = await python.ask({ run: 1 });
            if (round >= 0) numpy.push(ms);
          },
        }),
      },
      { rounds: times(31, 5), warmUps: 3 },
    );
    const per = { per: images * repeats, unit: 'µs' };
    bench.ratio(`${side}², ${segments} segments, over a plain pass`, means, pass, {
      ...per,
      goal: { most: 1.5 },
    });
    if (python) {
      const own = means.map(({ wall }) => wall / repeats);
      bench.ratio(`${side}², ${segments} segments, numpy's mask loop beside it`, own, numpy, {
        per: images,
        unit: 'µs',
        goal: { least: 20 },
      });
      const { means: theirs } = await python.ask({ values: 0 });
      const ours = segmentMeans(drawn[0].map, drawn[0].segments);
      const off = Math.max(...theirs.map((value, s) => Math.abs(value - ours[s])));
      if (!(off < 1e-12)) throw new Error(`numpy's means differ from segmentMeans by ${off}`);
    }
  }
if (python) {
  bench.note(
    `numpy ${python.versions.numpy}, Python ${python.versions.python}; float64 means, the same to 1e-12`,
  );
  bench.child(await python.close());
} else bench.note('no python3 with venv here: numpy was not measured');
bench.close();
if (Number.isNaN(sink)) throw new Error('a mean was not a number');
