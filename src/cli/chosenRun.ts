import { SatwatchError } from '../errors.js';
import type { RunInfo, Store } from '../store/index.js';

/**
 * The run of that name; 'last', or no name at all, is the newest.
 * @throws SatwatchError RUN_UNKNOWN
 */
export function chosenRun(store: Store, path: string, wanted = 'last'): RunInfo {
  const name = wanted === 'last' && !store.hasRun(wanted) ? store.runs({ limit: 1 })[0]?.name : wanted;
  if (name === undefined) throw new SatwatchError('RUN_UNKNOWN', `${path} holds no runs yet`, path);
  return store.run(name);
}
