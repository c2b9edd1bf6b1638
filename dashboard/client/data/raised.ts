import type { Alert, AlertsPage, ChangesEvent, MetricsPage } from '../../wire.js';
import { get } from './api.js';

export interface Raised {
  run: number;
  alert: Alert;
}

/**
 * The alerts that an event tells of for the first time. An alert is also told of when its delivery or its end is
 * written; it is raised in one transaction with the observation of its epoch.
 */
export async function raisedIn(event: ChangesEvent, since: number): Promise<Raised[]> {
  const ids = (of: { run: number }[]) => new Set(of.map(({ run }) => run));
  const observed = ids(event.observations);
  const runs = [...ids(event.alerts)].filter((run) => observed.has(run));
  const perRun = runs.map(async (run) => {
    const [{ observations }, { alerts }] = await Promise.all([
      get<MetricsPage>(`runs/${run}/metrics`, { since }),
      get<AlertsPage>(`runs/${run}/alerts`, { since }),
    ]);
    const epochs = new Set(observations.map(({ epoch }) => epoch));
    return alerts.filter(({ epoch }) => epochs.has(epoch)).map((alert) => ({ run, alert }));
  });
  return (await Promise.all(perRun)).flat();
}
