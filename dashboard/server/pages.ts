import { fileURLToPath } from 'node:url';
import express, { Router } from 'express';
import { HttpError } from './errors.js';

const folder = fileURLToPath(new URL('../client/', import.meta.url));

/** The built page. Files under assets/ carry a hash in their name and never change. */
export function pages(): Router {
  const router = Router();
  router.use('/assets', express.static(`${folder}assets`, { immutable: true, maxAge: '1y', index: false }));
  router.get('/', (_request, response, next) => {
    response.set('Cache-Control', 'no-cache');
    response.sendFile('index.html', { root: folder, cacheControl: false }, (error) => {
      if (!error || response.headersSent) return;
      // A range or a condition that cannot be met is the request's fault.
      const { status } = error as { status?: number };
      if (status === 412 || status === 416) next(error);
      else next(new HttpError(503, 'PAGE_MISSING', "the page is not built; run 'npm run build' in satwatch"));
    });
  });
  return router;
}
