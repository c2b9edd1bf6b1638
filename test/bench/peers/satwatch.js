// satwatch among its peers: one backend a process, an observation a turn.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createMonitor, openStore } from 'satwatch';
import { eachBackend } from '../backends.js';
import { measure } from '../frame.js';
import { netA } from '../nets.js';
import { drawProbeSet } from '../scene.js';

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
const { tf, versions } = await eachBackend(import.meta.url);
const { model } = netA(tf);
const folder = mkdtempSync(join(tmpdir(), 'satwatch-peers-'));
const path = join(folder, 'runs.sqlite');
say(versions);
let monitor;
let epoch = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  if (question.file) {
    const { images, side, segments, weights } = question;
    const probe = drawProbeSet({ count: images, side, segments });
    const values = new Float32Array(new Uint8Array(readFileSync(question.file)).buffer);
    let at = 0;
    model.setWeights(
      weights.map((shape) => {
        const count = shape.reduce((a, b) => a * b, 1);
        at += count;
        return tf.tensor(values.subarray(at - count, at), shape);
      }),
    );
    // The label's logit: what Captum explains.
    monitor = await createMonitor(tf, {
      ...{ probe, store: path, run: 'peers', inputRange: [0, 1], score: 'logit', reliance: { budget: 0 } },
      ...{ channels: [], verbose: false },
    });
    say({ arms: ['observation'] });
  } else if ('run' in question) {
    const taken = await measure(async () => {
      for (let r = 0; r < question.repeats; r++) await monitor.observe(model, { epoch: epoch++ });
    });
    let result = null;
    if (question.result) {
      const store = openStore(path, { readonly: true });
      result = store.sats('peers', 'last');
      store.close();
    }
    say({ ...taken, result });
  } else {
    await monitor?.close();
    rmSync(folder, { recursive: true, force: true });
    const { user, system } = process.cpuUsage();
    say({ cpu: (user + system) / 1000 });
    break;
  }
}
process.exit(0);
