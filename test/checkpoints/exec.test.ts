import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { type Alert, openStore, saveProbeSet } from 'satwatch';
import { beforeAll, describe, expect, it } from 'vitest';
import { ExecChannel } from '../../src/checkpoints/exec.js';
import { net, probe, temporaryFolder } from '../task.js';
import { backend } from '../tf.js';
import { satwatch } from './cli.js';
import { filesOf, type SavedFiles, writeFiles } from './files.js';

const home = temporaryFolder();
const pictures = join(home, 'probe');
let good: SavedFiles;
/** All weights zero: the rule `zeroAttribution` warns. */
let dead: SavedFiles;

beforeAll(async () => {
  const tf: typeof tfjs = await backend();
  const model = net(tf);
  good = await filesOf(tf, model);
  model.setWeights(model.getWeights().map((weight) => tf.zerosLike(weight)));
  dead = await filesOf(tf, model);
  await saveProbeSet(probe(24), pictures);
});

function place(name: string) {
  const folder = join(home, name);
  mkdirSync(folder);
  const store = join(home, `${name}.sqlite`);
  const args = ['watch', folder, '--probe', pictures, '--store', store, '--input-range', '0', '1'];
  return { folder, store, args };
}

describe('satwatch watch --exec', () => {
  it('hands the alert to the command as JSON and in the environment, and check counts it though it has ended', async () => {
    const { folder, store, args } = place('told');
    [good, dead, good].forEach((files, i) => {
      writeFiles(join(folder, `epoch-${i + 1}`), files);
    });
    // The same weights twice are measured once; another spelling makes other content.
    writeFiles(join(folder, 'epoch-3'), { ...good, json: `${good.json} ` });
    const [told, env] = [join(home, 'told.json'), join(home, 'env.txt')];
    const command = `cat > '${told}'; env | grep ^SATWATCH_ > '${env}'`;
    const run = satwatch([...args, '--once', '--exec', command]);
    expect(await run.code, run.err).toBe(0);
    expect(run.out).toMatch(/^WARNING epoch 2: all attributions are near zero/m);
    const alert = JSON.parse(readFileSync(told, 'utf8'));
    expect(alert).toMatchObject({ run: 'told', store, rule: 'zeroAttribution', level: 'warning', epoch: 2 });
    const lines = readFileSync(env, 'utf8');
    for (const line of ['RUN=told', 'LEVEL=warning', 'RULE=zeroAttribution', 'EPOCH=2', 'SEGMENT=', 'CLASS='])
      expect(lines).toMatch(new RegExp(`^SATWATCH_${line}$`, 'm'));
    expect(lines).toContain(`SATWATCH_MESSAGE=${alert.message}`);
    const kept = openStore(store, { readonly: true });
    expect(kept.alerts('told').map(({ delivery }) => delivery)).toEqual([{ exec: 'delivered' }]);
    kept.close();

    const strict = satwatch(['check', store, '--fail-on', 'warning']);
    expect(await strict.code).toBe(1);
    expect(strict.out).toMatch(/^WARNING epoch 2 \(ended at epoch 3, and counts; /m);
    const lenient = satwatch(['check', store]);
    expect(await lenient.code).toBe(0);
    expect(lenient.out).toMatch(/^nothing found: no alert of level alarm or above; 1 alert below it$/m);
  });

  it('a command that hangs holds nothing up, and is ended with the watching', async () => {
    const { folder, store, args } = place('hangs');
    const late = join(home, 'late');
    const run = satwatch([...args, '--exec', `sleep 30; touch '${late}'`]);
    await run.printed(/^store /);
    [dead, good].forEach((files, i) => {
      writeFiles(join(folder, `epoch-${i + 1}`), files);
    });
    await run.printed(/^epoch 2/);
    const began = Date.now();
    run.child.kill('SIGINT');
    expect(await run.code).toBe(0);
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(run.err).toContain("channel 'exec' failed: was ended by SIGKILL");
    const kept = openStore(store, { readonly: true });
    expect(kept.alerts('hangs')[0].delivery).toEqual({ exec: 'failed: was ended by SIGKILL' });
    expect(kept.run('hangs')).toMatchObject({ state: 'done', observations: 2 });
    kept.close();
    expect(existsSync(late)).toBe(false);
  });
});

describe('the command', () => {
  const alert = { id: 1, rule: 'r', level: 'alarm', segment: 's', className: null, epoch: 1, message: 'm' };
  const deliver = (command: string, limit?: number) =>
    new ExecChannel(command, 'store.sqlite', limit).deliver(alert as Alert, { run: 'x' });

  it('may fail, may not exist, and need not read', async () => {
    await expect(deliver('exit 3')).rejects.toThrow('exit code 3');
    await expect(deliver('no-such-command 2>/dev/null')).rejects.toThrow('exit code 127');
    await deliver('exec 0<&-; sleep 0.1');
  });

  it('is ended after its time, and what it has started too', async () => {
    const late = join(home, 'later');
    await expect(deliver(`(sleep 1; touch '${late}') & sleep 20`, 300)).rejects.toThrow(
      'was ended after 0.3 s',
    );
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(existsSync(late)).toBe(false);
  });
});
