import { useEffect, useState } from 'preact/hooks';
import type { Aggregation } from '../../src/types.js';
import { type PictureSort, pictureSorts } from '../wire.js';

export type Measure = 'rank' | 'attribution';
export type CostMeasure = 'accuracy' | 'margin';

/** An observation; the step is given only where an epoch has several. */
export interface At {
  epoch: number;
  step: number | null;
}

/** What is looked at; kept in the address, so that a view can be shared and reloaded. */
export interface Route {
  /** Null follows the newest run. */
  run: number | null;
  /** Runs shown beside it; none: the run by itself. */
  compare: number[];
  className: string | null;
  aggregation: Aggregation;
  measure: Measure;
  cost: CostMeasure;
  /** The pinned segment. */
  segment: string | null;
  /** The observation whose pictures are open. */
  pictures: At | null;
  /** How they are sorted, and by another observation's values where not by their own. */
  sort: PictureSort;
  sorted: At | null;
  /** The alert whose pictures are open. */
  alert: number | null;
  /** Which of the open pictures is large. */
  place: number | null;
}

/** Nothing of the pictures: laid over a route, it closes them. */
export const noPictures = { pictures: null, sorted: null, alert: null, place: null } as const;

function parseRoute(hash: string): Route {
  const [path, query = ''] = hash.replace(/^#/, '').split('?');
  const params = new URLSearchParams(query);
  const run = /^\/run\/(\d{1,15})$/.exec(path);
  return {
    run: run ? Number(run[1]) : null,
    compare: run ? parseRuns(params.get('compare'), Number(run[1])) : [],
    className: params.get('class'),
    aggregation: params.get('aggregation') === 'absolute' ? 'absolute' : 'relative',
    measure: params.get('measure') === 'attribution' ? 'attribution' : 'rank',
    cost: params.get('cost') === 'margin' ? 'margin' : 'accuracy',
    segment: params.get('segment'),
    pictures: parseAt(params.get('pictures')),
    sort: pictureSorts.find((sort) => sort === params.get('sort')) ?? 'rank',
    sorted: parseAt(params.get('sorted')),
    alert: parseWhole(params.get('alert')),
    place: parseWhole(params.get('place')),
  };
}

function formatRoute(route: Route): string {
  const {
    run,
    compare,
    className,
    aggregation,
    measure,
    cost,
    segment,
    pictures,
    sort,
    sorted,
    alert,
    place,
  } = route;
  const params = new URLSearchParams();
  if (run !== null && compare.length) params.set('compare', compare.join(' '));
  if (className !== null) params.set('class', className);
  if (aggregation !== 'relative') params.set('aggregation', aggregation);
  if (measure !== 'rank') params.set('measure', measure);
  if (cost !== 'accuracy') params.set('cost', cost);
  if (segment !== null) params.set('segment', segment);
  if (pictures !== null) {
    params.set('pictures', formatAt(pictures));
    if (sort !== 'rank') params.set('sort', sort);
    if (sorted !== null) params.set('sorted', formatAt(sorted));
  }
  if (alert !== null) params.set('alert', String(alert));
  if (place !== null) params.set('place', String(place));
  const query = params.size ? `?${params}` : '';
  return run === null ? `#/${query}` : `#/run/${run}${query}`;
}

const formatAt = ({ epoch, step }: At) => (step === null ? `${epoch}` : `${epoch}_${step}`);

function parseAt(text: string | null): At | null {
  const match = /^(\d{1,15}(?:\.\d{1,20})?(?:e-\d{1,2})?)(?:_(\d{1,15}))?$/.exec(text ?? '');
  return match && { epoch: Number(match[1]), step: match[2] === undefined ? null : Number(match[2]) };
}

/** At most this many runs are shown side by side. */
export const mostCompared = 8;

function parseRuns(text: string | null, run: number): number[] {
  const ids = (text ?? '').split(/[ ,]/).flatMap((id) => parseWhole(id) ?? []);
  return [...new Set(ids)].filter((id) => id !== run).slice(0, mostCompared - 1);
}

function parseWhole(text: string | null): number | null {
  return /^\d{1,15}$/.test(text ?? '') ? Number(text) : null;
}

export interface Navigation {
  /** A changed view, which is no new place to come back to. */
  change(part: Partial<Route>): void;
  /** A place of its own, which the back button leaves. */
  open(part: Partial<Route>): void;
  /** Leaves so many such places; `part` says what to change where they were reached by their address. */
  leave(part: Partial<Route>, places?: number): void;
}

/** How many places were opened one in another. */
const depth = (): number => Number(history.state?.depth) || 0;

export function useRoute(): [Route, Navigation] {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const listener = () => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', listener);
    return () => removeEventListener('hashchange', listener);
  }, []);
  const go = (part: Partial<Route>, method: 'pushState' | 'replaceState', state: unknown) => {
    const next = { ...parseRoute(location.hash), ...part };
    try {
      history[method](state, '', formatRoute(next));
    } catch {
      // Safari refuses more than a hundred changes in half a minute: a held arrow key goes on, the address lags behind.
    }
    setRoute(next);
  };
  const change = (part: Partial<Route>) => go(part, 'replaceState', history.state);
  return [
    route,
    {
      change,
      open: (part) => go(part, 'pushState', { depth: depth() + 1 }),
      leave: (part, places = 1) => (depth() >= places ? history.go(-places) : change(part)),
    },
  ];
}
