import { type History, Kept, type Observed, RowColumns } from '../alerts/index.js';
import type { Store } from '../store/index.js';
import type { ProbeSet } from '../types.js';

type Effects = Observed['effects'][number][];

/** The run's history on this probe set, read back from the store: empty for a new run. */
export function recall(
  store: Store,
  run: number,
  probe: ProbeSet,
  pairs: number,
): History & { observed: Observed[] } {
  const { segmentNames, classNames, roles, images } = probe;
  const classCounts = classNames.map((_, label) => images.filter((image) => image.label === label).length);
  const key = ({ epoch, step }: { epoch: number; step: number | null }) => `${epoch}/${step}`;
  const observed = new Map(
    store.metrics(run, { probeSet: probe.id }).map((info) => {
      const { epoch, step, metrics, probeAccuracy } = info;
      const columns = new RowColumns(probe);
      return [
        key(info),
        { columns, effects: [] as Effects, info: { epoch, step, metrics, probeAccuracy } },
      ] as const;
    }),
  );
  if (observed.size > 0) {
    for (const aggregation of ['relative', 'absolute'] as const)
      for (const className of [null, ...classNames])
        for (const row of store.trajectories(run, { aggregation, className, probeSet: probe.id }))
          observed.get(key(row))!.columns.put({ ...row, aggregation });
    for (const effect of store.effects(run, { probeSet: probe.id }))
      observed.get(key(effect))!.effects.push(effect);
  }
  return {
    probe: { segmentNames, classNames, roles, classCounts },
    pairs,
    observed: [...observed.values()].map(
      ({ info, columns, effects }) => new Kept({ ...info, effects }, columns),
    ),
  };
}

/** What is kept of an observation for the rest of the run. */
export function kept(observed: Observed, probe: ProbeSet): Observed {
  const columns = new RowColumns(probe);
  for (const row of observed.rows) columns.put(row);
  return new Kept(observed, columns);
}
