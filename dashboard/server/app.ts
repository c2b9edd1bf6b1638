import express, { type Application } from 'express';
import { type Logger, pino } from 'pino';
import { refuseUnknownOptions } from '../../src/errors.js';
import type { Store } from '../../src/store/index.js';
import { api } from './api.js';
import { errorHandler, notFound } from './errors.js';
import { securityHeaders } from './headers.js';
import { checkHost } from './hosts.js';
import { pages } from './pages.js';
import { checkToken, requireToken } from './token.js';

export interface DashboardOptions {
  /** Asked of every request when given; see `startDashboard`. */
  token?: string;
  /** Host names beside localhost, 127.0.0.1 and [::1] under which the page is reached, without ports. */
  allowedHosts?: string[];
  /** A pino logger; silent without one. */
  log?: Logger;
}

/**
 * The dashboard as an Express application, to mount in a server of one's own.
 * @param store open, best read-only; the caller closes it.
 * @throws SatwatchError UNKNOWN_OPTION, TOKEN_MISSING
 */
export function createDashboard(store: Store, options: DashboardOptions = {}): Application {
  refuseUnknownOptions('createDashboard', options, ['token', 'allowedHosts', 'log']);
  const { token, allowedHosts = [], log = pino({ level: 'silent' }) } = options;
  if (token !== undefined) checkToken(token);
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use((request, response, next) => {
    const start = performance.now();
    // The path alone: a query string may hold the token.
    const { method, path } = request;
    response.on('close', () => {
      log.info({ method, path, status: response.statusCode, ms: Math.round(performance.now() - start) });
    });
    next();
  });
  app.use(securityHeaders);
  app.use(checkHost(allowedHosts));
  if (token !== undefined) app.use(requireToken(token));
  app.use('/api', api(store, log));
  app.use(pages());
  app.use(notFound);
  app.use(errorHandler(log));
  return app;
}
