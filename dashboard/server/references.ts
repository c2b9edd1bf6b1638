import { Router } from 'express';
import { z } from 'zod';
import type { RunInfo, Store } from '../../src/store/index.js';
import type { ReferencesPage } from '../wire.js';
import { parseQuery, parseRun, view } from './query.js';

const names = z.array(z.string());

/** The runs that a run was started to be compared with, by name; whatever another version wrote there is passed over. */
export function referencesOf({ config }: RunInfo): string[] {
  const parsed = names.safeParse(config.reference);
  return parsed.success ? parsed.data : [];
}

/** What the page draws behind a segment's trajectory, a segment at a time. */
export function referencesApi(store: Store): Router {
  const router = Router();
  router.get('/runs/:run/references', (request, response) => {
    const query = parseQuery({ ...view, segment: z.string() }, request.query);
    const seq = store.seq();
    const run = store.run(parseRun(request.params.run));
    const options = {
      aggregation: query.aggregation,
      className: query.class ?? null,
      probeSet: run.probeSet,
    };
    const known = referencesOf(run).filter((name) => store.hasRun(name));
    const worst = known.flatMap((name) => store.worstRank(name, options) ?? []);
    response.json({
      seq,
      worst: worst.length ? Math.max(...worst) : null,
      references: known.map((name) => {
        const rows = store.trajectories(name, { ...options, segment: query.segment });
        return {
          name,
          epochs: rows.map(({ epoch }) => epoch),
          meanRank: rows.map(({ meanRank }) => meanRank),
          effects: store
            .effects(name, { probeSet: run.probeSet, segment: query.segment })
            .map(({ className, epoch, effect }) => ({ className, epoch, effect })),
        };
      }),
    } satisfies ReferencesPage);
  });
  return router;
}
