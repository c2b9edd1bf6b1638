import type { ReferenceRun } from '../alerts/index.js';
import { SatwatchError } from '../errors.js';
import { measuredOtherwise, type RunInfo, type RunRef, type Store } from '../store/index.js';
import type { ProbeSet } from '../types.js';

/** The run that is about to start, as it will be stored. */
interface Watched {
  name: string;
  probe: ProbeSet;
  config: Record<string, unknown>;
  model: Record<string, unknown>;
}

/**
 * Reads the runs that a run is compared with: finished, of the same probe set, measured in the same way, of a model of
 * the same layers.
 * @throws SatwatchError RUN_UNKNOWN, REFERENCE_INVALID saying which run differs in what
 */
export function readReferences(store: Store, refs: readonly RunRef[], watched: Watched): ReferenceRun[] {
  const infos = refs.map((ref) => store.run(ref));
  const twice = infos.find(({ id }, i) => infos.findIndex((other) => other.id === id) !== i);
  if (twice) refuse(twice, 'is named twice; name each reference once');
  for (const info of infos) {
    if (info.name === watched.name) refuse(info, 'is this very run; name other, finished runs');
    const differing = differences(info, watched);
    if (differing.length > 0)
      refuse(
        info,
        `cannot be compared with this run: ${differing.join('; ')}. Name finished runs of the same probe set, options and architecture`,
      );
  }
  return infos.map((info) => historyOf(store, info));
}

function differences(info: RunInfo, { probe, config, model }: Watched): string[] {
  const found: string[] = [];
  if (info.state !== 'done') found.push(`it is ${info.state}, not done`);
  if (info.probeSet !== probe.id)
    found.push(`its probe set was ${info.probeSet.slice(0, 12)}, here it is ${probe.id.slice(0, 12)}`);
  found.push(...measuredOtherwise(info, { config, model }, ['everyEpochs', 'everyBatches']));
  if (info.state === 'done' && !(info.epoch !== null && info.epoch > 0))
    found.push('it was never observed after epoch 0');
  return found;
}

function refuse({ name }: RunInfo, what: string): never {
  throw new SatwatchError('REFERENCE_INVALID', `reference: run '${name}' ${what}`, name);
}

function historyOf(store: Store, { id, name, probeSet }: RunInfo): ReferenceRun {
  const ranks = byObservation(store.trajectories(id, { probeSet }));
  const effects = byObservation(store.effects(id, { probeSet }));
  const observed = store.metrics(id, { probeSet }).map((info) => ({
    epoch: info.epoch,
    rows: (ranks.get(key(info)) ?? []).map((row) => ({ ...row, aggregation: 'relative' as const })),
    effects: effects.get(key(info)) ?? [],
  }));
  return { name, observed };
}

interface Place {
  epoch: number;
  step: number | null;
}

const key = ({ epoch, step }: Place) => `${epoch}/${step}`;

function byObservation<T extends Place>(rows: readonly T[]): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const row of rows) {
    const list = found.get(key(row)) ?? [];
    found.set(key(row), list);
    list.push(row);
  }
  return found;
}
