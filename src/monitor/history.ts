import type { History, Observed } from '../alerts/index.js';
import type { AggregatedRow, Store } from '../store/index.js';
import type { ProbeSet } from '../types.js';

/** The run's history on this probe set, read back from the store: empty for a new run. */
export function recall(
  store: Store,
  run: number,
  probe: ProbeSet,
  { planned, pairs }: Pick<History, 'planned' | 'pairs'>,
): History & { observed: Observed[] } {
  const { segmentNames, classNames, roles, images } = probe;
  const classCounts = classNames.map((_, label) => images.filter((image) => image.label === label).length);
  const key = ({ epoch, step }: { epoch: number; step: number | null }) => `${epoch}/${step}`;
  const observed = new Map(
    store.metrics(run, { probeSet: probe.id }).map((info) => {
      const { epoch, step, metrics, probeAccuracy } = info;
      return [
        key(info),
        { epoch, step, metrics, probeAccuracy, rows: [] as AggregatedRow[], effects: [] as any[] },
      ];
    }),
  );
  if (observed.size > 0) {
    for (const aggregation of ['relative', 'absolute'] as const)
      for (const className of [null, ...classNames])
        for (const row of store.trajectories(run, { aggregation, className, probeSet: probe.id }))
          observed.get(key(row))!.rows.push({ ...row, aggregation });
    for (const effect of store.effects(run, { probeSet: probe.id }))
      observed.get(key(effect))!.effects.push(effect);
  }
  return {
    probe: { segmentNames, classNames, roles, classCounts },
    planned,
    pairs,
    observed: [...observed.values()],
  };
}
