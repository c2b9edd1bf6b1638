import { Router } from 'express';
import {
  compareSegments,
  comparisonWords,
  criticalDifferenceSvg,
  htmlPolicy,
  htmlReport,
  readReport,
} from '../../src/report/index.js';
import type { Store } from '../../src/store/index.js';
import type { ComparisonPage } from '../wire.js';
import { HttpError } from './errors.js';
import { parseQuery, parseRun, view } from './query.js';

/** A run's report as a document, and which of its segments can be told apart at its newest observation. */
export function reportApi(store: Store): Router {
  const router = Router();

  router.get('/runs/:run/report.html', (request, response) => {
    parseQuery({}, request.query);
    const html = htmlReport(readReport(store, parseRun(request.params.run)), store);
    // Not the page's policy: the document brings its style along, and may run nothing at all.
    response.set('Content-Security-Policy', `${htmlPolicy}; frame-ancestors 'none'`).type('html').send(html);
  });

  router.get('/runs/:run/critical-difference', (request, response) => {
    const { class: className } = parseQuery({ class: view.class }, request.query);
    const seq = store.seq();
    const run = store.run(parseRun(request.params.run));
    const { segmentNames, classNames } = store.probeSet(run.probeSet);
    const label = className === undefined ? null : classNames.indexOf(className);
    if (label === -1) throw new HttpError(400, 'UNKNOWN_CLASS', `no class '${className}'`);
    const observed = store.images(run.id, 'last');
    const images = observed?.images.filter((image) => label === null || image.label === label) ?? [];
    const comparison = compareSegments(
      images.map(({ sat }) => sat),
      segmentNames,
    );
    const { names, result } = comparison;
    response.json({
      seq,
      epoch: observed?.epoch ?? null,
      svg: result && criticalDifferenceSvg(names, result),
      notes: comparisonWords(comparison),
    } satisfies ComparisonPage);
  });

  return router;
}
