import { join } from 'node:path';
import { createMonitor, loadProbeSet, openStore } from 'satwatch';
import type { Sharp } from 'sharp';
import { expect, it } from 'vitest';
import { drawn, folderWith, png } from '../probe/files.js';
import { differences, rowsOf } from '../robustness/rows.js';
import { dice, temporaryFolder } from '../task.js';

const name = '@tensorflow/tfjs-node';
const tf = await import(name).then(
  (loaded) => loaded.default ?? loaded,
  () => undefined,
);
if (!tf) console.warn(`skipped: ${name} is not installed (npx satwatch native)`);

const root = temporaryFolder();
const [width, height] = [37, 29];

/** JPEGs of every kind that the two decoders might read in different ways, and others. */
const kinds: Record<string, (picture: (channels: 1 | 3) => Sharp) => Sharp> = {
  'halved.jpg': (picture) => picture(3).jpeg({ quality: 70 }),
  'full.jpg': (picture) => picture(3).jpeg({ chromaSubsampling: '4:4:4' }),
  'progressive.jpg': (picture) => picture(3).jpeg({ progressive: true }),
  'mozjpeg.jpg': (picture) => picture(3).jpeg({ mozjpeg: true, quality: 40 }),
  'profile.jpg': (picture) => picture(3).jpeg().withIccProfile('p3'),
  'grey.jpg': (picture) => picture(1).jpeg(),
  'turned.jpg': (picture) => picture(3).jpeg().withMetadata({ orientation: 3 }),
  'cmyk.jpg': (picture) => picture(3).toColourspace('cmyk').jpeg(),
  'picture.png': (picture) => picture(3).png(),
};

async function folderOfAll(): Promise<string> {
  const random = dice(6);
  const picture = (channels: 1 | 3) =>
    drawn(width, height, (x, y) =>
      channels === 1 ? 7 * x + y : [6 * x, 8 * y + 20 * random(), 256 * random()],
    );
  const files = await Promise.all(
    Object.entries(kinds).map(async ([file, encoded]) => [file, await encoded(picture).toBuffer()] as const),
  );
  const layout = {
    version: 1,
    classNames: ['a', 'b'],
    roles: { left: 'suspect' },
    segments: { 1: 'left', 2: 'right' },
    images: Object.keys(kinds).map((file, i) => ({ file, label: i % 2, labelMask: 'masks.png' })),
  };
  const masks = await png(width, height, (x) => (x < 12 ? 1 : 2));
  return folderWith({ ...Object.fromEntries(files), 'masks.png': masks, 'probe.json': layout });
}

it.skipIf(!tf)(
  'TensorFlow decodes JPEGs for a native training: the same set, the same observations',
  async () => {
    const folder = await folderOfAll();
    const { decodeJpeg } = tf.node;
    let decoded = 0;
    tf.node.decodeJpeg = (...given: unknown[]) => {
      decoded++;
      return decodeJpeg(...given);
    };
    for (const channels of [1, 3] as const) {
      const kept = await loadProbeSet(folder, { width, height, channels });
      const streamed = await loadProbeSet(folder, { width, height, channels, memory: 0 });
      const model = tf.sequential({
        layers: [
          tf.layers.conv2d({
            inputShape: [height, width, channels],
            filters: 4,
            kernelSize: 3,
            padding: 'same',
          }),
          tf.layers.globalAveragePooling2d({}),
          tf.layers.dense({ units: 2, activation: 'softmax' }),
        ],
      });
      // The path is decoded by the monitor, with TensorFlow.
      const rows = [];
      for (const [i, probe] of [kept, streamed, folder].entries()) {
        const store = join(root, `${channels}-${i}.sqlite`);
        const options = { probe, store, run: 'r', keepMaps: 1, verbose: false, channels: [] };
        const monitor = await createMonitor(tf, { ...options, inputRange: [0, 1] });
        await monitor.observe(model, { epoch: 0 });
        await monitor.close();
        rows.push(rowsOf(store, 'r'));
        const read = openStore(store, { readonly: true });
        expect(read.run('r').probeSet).toBe(kept.id);
        read.close();
      }
      expect(differences(rows[0], rows[1])).toEqual([]);
      expect(differences(rows[0], rows[2])).toEqual([]);
      model.dispose();
    }
    tf.node.decodeJpeg = decodeJpeg;
    expect(decoded).toBeGreaterThan(12);
  },
);
