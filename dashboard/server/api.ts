import { createRequire } from 'node:module';
import { Router } from 'express';
import type { Store } from '../../src/store/index.js';
import type {
  About,
  AlertsPage,
  CostsPage,
  EffectsPage,
  MetricsPage,
  RunDetail,
  RunsPage,
  TrajectoryColumns,
} from '../wire.js';
import { toColumns } from './columns.js';
import { summarizeProbe, thresholdsOf } from './detail.js';
import { notFound } from './errors.js';
import { changeStream } from './events.js';
import { picturesApi } from './pictures.js';
import { paging, parseQuery, parseRun, since, view } from './query.js';
import { referencesApi, referencesOf } from './references.js';
import { reportApi } from './report.js';

const { version } = createRequire(import.meta.url)('satwatch/package.json') as { version: string };

/** The JSON API over a store. `seq` is read before the rows, so that going on from it misses nothing. */
export function api(store: Store, log: Parameters<typeof changeStream>[1]): Router {
  const router = Router();

  router.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });

  router.get('/about', (_request, response) => {
    response.json({ name: 'satwatch', version, store: store.path, pid: process.pid } satisfies About);
  });

  router.get('/runs', (request, response) => {
    const { limit, offset } = parseQuery(paging, request.query);
    const seq = store.seq();
    response.json({
      seq,
      total: store.countRuns(),
      runs: store.runs({ limit, offset }),
    } satisfies RunsPage);
  });

  router.get('/runs/:run', (request, response) => {
    parseQuery({}, request.query);
    const seq = store.seq();
    const run = store.run(parseRun(request.params.run));
    response.json({
      seq,
      run,
      probe: summarizeProbe(store.probeSet(run.probeSet)),
      thresholds: thresholdsOf(run),
      references: referencesOf(run),
      events: store.events(run.id),
    } satisfies RunDetail);
  });

  router.get('/runs/:run/trajectories', (request, response) => {
    const query = parseQuery({ ...view, ...since }, request.query);
    const seq = store.seq();
    const run = store.run(parseRun(request.params.run));
    const rows = store.trajectories(run.id, {
      aggregation: query.aggregation,
      className: query.class ?? null,
      sinceSeq: query.since,
      probeSet: run.probeSet,
    });
    response.json({
      seq,
      probeSet: run.probeSet,
      ...toColumns(rows, store.probeSet(run.probeSet).segmentNames),
    } satisfies TrajectoryColumns);
  });

  router.get('/runs/:run/metrics', (request, response) => {
    const query = parseQuery(since, request.query);
    const seq = store.seq();
    const { id, probeSet } = store.run(parseRun(request.params.run));
    const observations = store.metrics(id, { sinceSeq: query.since, probeSet });
    response.json({ seq, probeSet, observations } satisfies MetricsPage);
  });

  router.get('/runs/:run/effects', (request, response) => {
    const query = parseQuery(since, request.query);
    const seq = store.seq();
    const { id, probeSet } = store.run(parseRun(request.params.run));
    const effects = store.effects(id, { sinceSeq: query.since, probeSet });
    response.json({ seq, probeSet, effects } satisfies EffectsPage);
  });

  router.get('/runs/:run/costs', (request, response) => {
    const query = parseQuery(since, request.query);
    const seq = store.seq();
    const { id, probeSet } = store.run(parseRun(request.params.run));
    const costs = store.costs(id, { sinceSeq: query.since, probeSet });
    response.json({ seq, probeSet, costs } satisfies CostsPage);
  });

  router.get('/runs/:run/alerts', (request, response) => {
    const query = parseQuery(since, request.query);
    const seq = store.seq();
    const { id } = store.run(parseRun(request.params.run));
    response.json({ seq, alerts: store.alerts(id, { sinceSeq: query.since }) } satisfies AlertsPage);
  });

  router.use(picturesApi(store));
  router.use(referencesApi(store));
  router.use(reportApi(store));
  router.get('/events', changeStream(store, log));
  router.use(notFound);
  return router;
}
