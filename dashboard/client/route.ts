import { useEffect, useState } from 'preact/hooks';
import type { Aggregation } from '../../src/types.js';

export type Measure = 'rank' | 'attribution';

/** What is looked at; kept in the address, so that a view can be shared and reloaded. */
export interface Route {
  /** Null follows the newest run. */
  run: number | null;
  className: string | null;
  aggregation: Aggregation;
  measure: Measure;
  /** The pinned segment. */
  segment: string | null;
}

function parseRoute(hash: string): Route {
  const [path, query = ''] = hash.replace(/^#/, '').split('?');
  const params = new URLSearchParams(query);
  const run = /^\/run\/(\d{1,15})$/.exec(path);
  return {
    run: run ? Number(run[1]) : null,
    className: params.get('class'),
    aggregation: params.get('aggregation') === 'absolute' ? 'absolute' : 'relative',
    measure: params.get('measure') === 'attribution' ? 'attribution' : 'rank',
    segment: params.get('segment'),
  };
}

function formatRoute({ run, className, aggregation, measure, segment }: Route): string {
  const params = new URLSearchParams();
  if (className !== null) params.set('class', className);
  if (aggregation !== 'relative') params.set('aggregation', aggregation);
  if (measure !== 'rank') params.set('measure', measure);
  if (segment !== null) params.set('segment', segment);
  const query = params.size ? `?${params}` : '';
  return run === null ? `#/${query}` : `#/run/${run}${query}`;
}

export function useRoute(): [Route, (change: Partial<Route>) => void] {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const listener = () => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', listener);
    return () => removeEventListener('hashchange', listener);
  }, []);
  const change = (part: Partial<Route>) => {
    const next = { ...parseRoute(location.hash), ...part };
    // A changed view is no new place to come back to; a changed run is (and arrives by its link).
    history.replaceState(null, '', formatRoute(next));
    setRoute(next);
  };
  return [route, change];
}
