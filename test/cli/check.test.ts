import { join } from 'node:path';
import { createMonitor, openStore, type Rule } from 'satwatch';
import { beforeAll, describe, expect, it } from 'vitest';
import { satwatch } from '../checkpoints/cli.js';
import { net, probe, temporaryFolder } from '../task.js';
import { backend } from '../tf.js';

const folder = temporaryFolder();
const store = join(folder, 'runs.sqlite');

/** Finds the mark at some epochs, at a level. */
function findsAt(levels: Record<number, 'warning' | 'alarm' | 'severe'>): Rule {
  return {
    name: 'reliance',
    options: {},
    consecutive: 1,
    cooldown: 0,
    evaluate({ observed }) {
      const { epoch } = observed[observed.length - 1];
      const level = levels[epoch];
      const finding = { segment: 'mark', className: 'bright', from: 0, to: epoch / 10, severity: epoch };
      return level ? [{ ...finding, level, message: `the mark at ${epoch}`, evidence: {} }] : [];
    },
  };
}

beforeAll(async () => {
  const tf = await backend();
  const model = net(tf);
  const runs: Record<string, Parameters<typeof findsAt>[0]> = {
    quiet: {},
    warned: { 1: 'warning', 2: 'warning' },
    passed: { 1: 'alarm', 2: 'alarm' },
    severe: { 1: 'warning', 2: 'alarm', 3: 'severe' },
  };
  for (const [run, levels] of Object.entries(runs)) {
    const options = { probe: probe(16), store, run, inputRange: [0, 1] as [number, number], verbose: false };
    const monitor = await createMonitor(tf, { ...options, channels: [], rules: [findsAt(levels)] });
    for (const epoch of [0, 1, 2, 3]) await monitor.observe(model, { epoch });
    await monitor.close();
  }
  model.dispose();
  openStore(join(folder, 'empty.sqlite')).close();
});

const check = async (...args: string[]) => {
  const run = satwatch(['check', ...args]);
  return { code: await run.code, out: run.out, err: run.err };
};

describe('satwatch check', () => {
  it.each<[string, string[], number]>([
    ['quiet', [], 0],
    ['quiet', ['--fail-on', 'warning'], 0],
    ['warned', [], 0],
    ['warned', ['--fail-on', 'warning'], 1],
    ['passed', [], 1],
    ['passed', ['--fail-on', 'severe'], 0],
    ['severe', ['--fail-on', 'severe'], 1],
  ])('run %s %j → code %i', async (run, options, code) => {
    const result = await check(store, run, ...options);
    expect(result.code, result.err).toBe(code);
    expect(result.out).toMatch(code ? /^FOUND: /m : /^nothing found/m);
  });

  it('says that an alert has ended and counts, and how bad it was', async () => {
    const { out } = await check(store, 'passed');
    expect(out).toContain("run 'passed': 4 observations, the last at epoch 3");
    expect(out).toMatch(
      /^ALARM epoch 1 \(ended at epoch 3, and counts; at its worst 20 points at epoch 2\): the mark at 1$/m,
    );
  });

  it('takes the last run where none is named, and says as JSON what it found', async () => {
    const { code, out } = await check(store, '--json', '--fail-on', 'alarm');
    expect(code).toBe(1);
    const { run, failOn, found, others } = JSON.parse(out);
    expect([run.name, failOn, others]).toEqual(['severe', 'alarm', 1]);
    expect(found.map((alert: { level: string }) => alert.level)).toEqual(['alarm', 'severe']);
  });

  it.each<[string, string[], RegExp]>([
    ['no such store', ['none.sqlite'], /no such file/],
    ['no such run', [store, 'quite'], /did you mean 'quiet'\?/],
    ['a store without runs', [join(folder, 'empty.sqlite')], /holds no runs/],
    ['an unknown level', [store, '--fail-on', 'alert'], /fail-on/],
    ['no level', [store, '--fail-on'], /^satwatch: Not enough arguments following: fail-on\. See: /],
    [
      'two levels',
      [store, 'severe', '--fail-on', 'warning', '--fail-on', 'severe'],
      /^satwatch: --fail-on: got warning, severe, expected one value$/m,
    ],
  ])('%s → code 2', async (_, args, message) => {
    const { code, err } = await check(...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  it('a run without observations → code 2, for nothing was checked', async () => {
    const path = join(folder, 'begun.sqlite');
    const tf = await backend();
    const model = net(tf);
    const options = { probe: probe(16), store: path, run: 'begun', inputRange: [0, 1] as [number, number] };
    const monitor = await createMonitor(tf, { ...options, verbose: false });
    await monitor.start(model);
    await monitor.close();
    const { code, err } = await check(path);
    expect(code).toBe(2);
    expect(err).toContain("run 'begun' has no observations");
  });
});

describe('the run of a command', () => {
  it.each(['runs', 'check', 'report'])("of %s is the last one where it is called 'last'", async (command) => {
    const run = satwatch([command, store, 'last', '--json']);
    expect([0, 1]).toContain(await run.code);
    expect(run.out).toContain('"name":"severe"');
    const none = satwatch([command, join(folder, 'empty.sqlite'), 'last']);
    expect(await none.code).toBe(2);
    expect(none.err).toMatch(/holds no runs yet/);
  });

  it('may have a reader that leaves early', async () => {
    const run = satwatch(['report', store, 'severe']);
    run.child.stdout!.destroy();
    expect(await run.code).toBe(0);
    expect(run.err).toBe('');
  });
});
