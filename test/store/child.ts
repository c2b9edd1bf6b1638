/** What the store's tests do in processes of their own. Speaks one word a line on standard output. */
import { Outbox, openStore } from '../../src/store/index.js';
import { newAlert, none, observation, smallProbe, startRun } from './run.js';

const probe = smallProbe();
const say = (word: string) => process.stdout.write(`${word}\n`);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

const commands: Record<string, (...args: string[]) => Promise<void> | void> = {
  /** Writes a run of `count` observations as fast as it can, and marks it done. */
  write(path, name, count) {
    const store = openStore(path);
    const writer = startRun(store, name);
    for (let epoch = 0; epoch < Number(count); epoch++) {
      const changes = epoch % 10 ? none : { raised: [newAlert(epoch)], updated: [] };
      for (const alert of writer.observation(observation(probe, epoch), changes))
        new Outbox(store).done(alert.id, 'console', 'delivered');
      writer.heartbeat();
    }
    writer.finish('done');
    store.close();
  },

  /** Reads all it can until so many runs are done; an observation must always be whole. */
  async read(path, runs) {
    const store = openStore(path, { readonly: true });
    let reads = 0;
    for (let done = 0; done < Number(runs); reads++) {
      const all = store.runs();
      done = all.filter((run) => run.state === 'done').length;
      store.changes(0);
      for (const { name } of all) {
        const rows = store.trajectories(name).length;
        if (rows % probe.segmentNames.length !== 0) throw new Error(`${rows} rows: part of an observation`);
        store.sats(name);
        store.alerts(name);
      }
      await sleep(1);
    }
    store.close();
    say(`reads ${reads}`);
  },

  /** Opens new files at the same moments as other processes do, and starts a run in each. */
  async open(folder, name, start, count) {
    for (let i = 0; i < Number(count); i++) {
      const moment = Number(start) + 40 * i;
      await sleep(moment - Date.now() - 5);
      while (Date.now() < moment);
      const store = openStore(`${folder}/${i}.sqlite`);
      startRun(store, name).finish('done');
      store.close();
    }
  },
};

export async function main([command, ...args]: string[]): Promise<void> {
  await commands[command](...args);
}
