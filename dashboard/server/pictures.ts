import { Router } from 'express';
import type { RunInfo, Store } from '../../src/store/index.js';
import type { AlertPicturesPage, MasksPage, PicturesPage } from '../wire.js';
import { mapBytes, sendBytes } from './bytes.js';
import { HttpError } from './errors.js';
import { pictureReader, rounded, toItem } from './pictureList.js';
import { parseNumber, parseQuery, parseRun, pictures, step } from './query.js';

/** The pictures behind a run: those of the probe set, sorted lists of them at an observation, and an alert's own. */
export function picturesApi(store: Store): Router {
  const router = Router();
  const reader = pictureReader(store);

  const pictureOf = (params: { id: string; index: string }) => {
    const index = parseNumber('index', params.index);
    const probe = store.probeSet(params.id);
    const picture = store.picture(params.id, index);
    if (!picture)
      throw new HttpError(404, 'NOT_FOUND', `no picture ${index} of probe set ${params.id} is stored`);
    return { probe, ...picture };
  };

  router.get('/probe-sets/:id/images/:index/picture', (request, response) => {
    parseQuery({}, request.query);
    sendBytes(response, 'image/jpeg', pictureOf(request.params).jpeg, { immutable: true });
  });

  router.get('/probe-sets/:id/images/:index/masks', (request, response) => {
    parseQuery({}, request.query);
    const { probe, segments } = pictureOf(request.params);
    const page: MasksPage = {
      width: probe.width,
      height: probe.height,
      masks: segments.map(({ name, mask }) => ({ segment: name, runs: [...mask.runs] })),
    };
    sendBytes(response, 'application/json; charset=utf-8', Buffer.from(JSON.stringify(page)), {
      immutable: true,
    });
  });

  router.get('/runs/:run/observations/:epoch/pictures', (request, response) => {
    const query = parseQuery(pictures, request.query);
    const sort = query.sort ?? (query.segment === undefined ? 'margin' : 'rank');
    if (query.segment === undefined && sort !== 'margin')
      throw new HttpError(400, 'BAD_REQUEST', `sort: '${sort}' needs a segment; only 'margin' does not`);
    const run = store.run(parseRun(request.params.run));
    const at = atOf(request.params.epoch, query.step);
    const observed = found(run, at, reader.observed(run.id, at));
    const sortedAt =
      query.sortEpoch === undefined ? at : { epoch: query.sortEpoch, step: query.sortStep ?? null };
    found(run, sortedAt, reader.observed(run.id, sortedAt));
    const first = reader.observed(run.id, 'first');
    const indices = reader.sorted(run.id, sortedAt, { segment: query.segment, class: query.class, sort });
    const peaks = store.maps(run.id, at);
    response.json({
      probeSet: observed.probeSet,
      epoch: observed.epoch,
      step: observed.step,
      total: indices.length,
      stored: store.countPictures(observed.probeSet) > 0,
      peak: peaks.size ? [...peaks.values()].reduce((a, b) => Math.max(a, b)) : null,
      items: indices
        .slice(query.offset, query.offset + query.limit)
        .map((index) => toItem(observed.images[index], query.segment, first, peaks.has(index))),
    } satisfies PicturesPage);
  });

  router.get('/runs/:run/observations/:epoch/maps/:index', (request, response) => {
    const query = parseQuery(step, request.query);
    const run = store.run(parseRun(request.params.run));
    const at = atOf(request.params.epoch, query.step);
    const index = parseNumber('index', request.params.index);
    const map = store.map(run.id, at, index);
    if (!map)
      throw new HttpError(
        404,
        'NOT_FOUND',
        `no map of picture ${index} is kept at ${said(at)} of run '${run.name}'`,
      );
    sendBytes(response, 'application/octet-stream', mapBytes(map), { immutable: false });
  });

  const alertOf = (params: { run: string; alert: string }) => {
    const run = store.run(parseRun(params.run));
    const id = parseNumber('alert', params.alert);
    const alert = store.alerts(run.id).find((candidate) => candidate.id === id);
    if (!alert) throw new HttpError(404, 'NOT_FOUND', `run '${run.name}' has no alert ${id}`);
    return { run, alert, images: store.alertImages(id) };
  };

  router.get('/runs/:run/alerts/:alert/pictures', (request, response) => {
    parseQuery({}, request.query);
    const { run, alert, images } = alertOf(request.params);
    const probeSet = images[0]?.probeSet ?? run.probeSet;
    const peaks = images.flatMap(({ map }) => (map ? [map.peak] : []));
    response.json({
      probeSet,
      epoch: alert.epoch,
      stored: store.countPictures(probeSet) > 0,
      peak: peaks.length ? Math.max(...peaks) : null,
      items: images.map(({ probeSet: _, map, ...image }, place) => ({
        ...rounded(image),
        map: map !== null,
        place,
      })),
    } satisfies AlertPicturesPage);
  });

  router.get('/runs/:run/alerts/:alert/maps/:place', (request, response) => {
    parseQuery({}, request.query);
    const { alert, images } = alertOf(request.params);
    const place = parseNumber('place', request.params.place);
    const map = images[place]?.map;
    if (!map) throw new HttpError(404, 'NOT_FOUND', `alert ${alert.id} keeps no map at place ${place}`);
    sendBytes(response, 'application/octet-stream', mapBytes(map), { immutable: false });
  });

  return router;
}

type Numbered = { epoch: number; step: number | null };

const atOf = (epoch: string, step: number | undefined): Numbered => ({
  epoch: parseNumber('epoch', epoch, 'any'),
  step: step ?? null,
});

const said = ({ epoch, step }: Numbered) =>
  step === null ? `epoch ${epoch}` : `epoch ${epoch}, step ${step}`;

function found<T>(run: RunInfo, at: Numbered, observed: T | null): T {
  if (observed) return observed;
  throw new HttpError(404, 'NOT_FOUND', `run '${run.name}' has no observation at ${said(at)}`);
}
