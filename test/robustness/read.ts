import { openStore, type Store } from 'satwatch';
import { say } from './say.js';

export interface ReadOptions {
  store: string;
  /** It ends when so many runs are done. */
  runs: number;
}

/** Reads all there is, again and again, as a user's script does. Says `reads N` in the end. */
export async function read({ store: path, runs }: ReadOptions): Promise<void> {
  const store = await openWhenThere(path);
  let reads = 0;
  for (let done = 0; done < runs; reads++) {
    const all = store.runs();
    done = all.filter((run) => run.state === 'done').length;
    for (const { name, probeSet } of all) {
      const epochs = store.metrics(name).length;
      const rows = store.trajectories(name).length;
      const segments = store.probeSet(probeSet).segmentNames.length;
      if (rows % segments !== 0 || rows / segments < epochs)
        throw new Error(`${rows} rows for ${epochs} epochs`);
      store.effects(name);
      store.costs(name);
      store.sats(name);
      store.images(name, 'last');
      for (const alert of store.alerts(name)) store.alertImages(alert.id);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  store.close();
  say(`reads ${reads}`);
}

/** The trainings make the file. */
async function openWhenThere(path: string): Promise<Store> {
  for (;;)
    try {
      return openStore(path, { readonly: true });
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      const soon = code === 'STORE_NOT_FOUND' || message.includes('holds no runs yet');
      if (!soon) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
}
