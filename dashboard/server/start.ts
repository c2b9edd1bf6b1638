import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { refuseUnknownOptions, SatwatchError } from '../../src/errors.js';
import { openStore } from '../../src/store/index.js';
import { createDashboard } from './app.js';
import { isLoopback, namesOf } from './hosts.js';
import { checkToken } from './token.js';

export const defaultPort = 6464;

export interface StartOptions {
  /** 6464 by default; 0 takes any free one. */
  port?: number;
  /** 127.0.0.1 by default; another address than loopback is served only with a token. */
  host?: string;
  /** At least 16 characters. Made at random where one is needed and none is given. */
  token?: string;
  /** Host names a proxy passes on, without ports. */
  allowedHosts?: string[];
  log?: Logger;
}

export interface RunningDashboard {
  /** Where to open it; carries the token where there is one, so print it once and keep it out of logs. */
  url: string;
  port: number;
  close(): Promise<void>;
}

/**
 * Serves a store file, opened read-only: another process may be writing it.
 * @throws SatwatchError STORE_NOT_FOUND, STORE_NOT_SQLITE, STORE_NEWER, PORT_IN_USE, TOKEN_MISSING, BAD_OPTION
 */
export async function startDashboard(path: string, options: StartOptions = {}): Promise<RunningDashboard> {
  refuseUnknownOptions('startDashboard', options, ['port', 'host', 'token', 'allowedHosts', 'log']);
  const { port = defaultPort, host = '127.0.0.1', allowedHosts = [], log } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new SatwatchError(
      'BAD_OPTION',
      `port: expected a whole number from 0 to 65535, got ${port}`,
      'port',
    );
  if (options.token !== undefined) checkToken(options.token);
  const token = options.token ?? (isLoopback(host) ? undefined : randomBytes(24).toString('base64url'));
  const store = openStore(path, { readonly: true });
  try {
    const app = createDashboard(store, {
      ...(token !== undefined && { token }),
      ...(log && { log }),
      allowedHosts: [...namesOf(host), ...allowedHosts],
    });
    const server = createServer(app);
    await listen(server, port, host);
    const bound = server.address() as AddressInfo;
    const query = token === undefined ? '' : `?token=${encodeURIComponent(token)}`;
    return {
      url: `http://${reachable(host)}:${bound.port}/${query}`,
      port: bound.port,
      close: () =>
        new Promise((resolve) => {
          server.close(() => {
            store.close();
            resolve();
          });
          // Event streams never end by themselves.
          server.closeAllConnections();
        }),
    };
  } catch (error) {
    store.close();
    throw error;
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, port, host)));
    server.listen(port, host.replace(/^\[(.*)\]$/, '$1'), resolve);
  });
}

function explain(error: NodeJS.ErrnoException, port: number, host: string): Error {
  if (error.code === 'EADDRINUSE')
    return new SatwatchError(
      'PORT_IN_USE',
      `port ${port} on ${host} is in use, perhaps by another dashboard; give another port, or 0 for any free one`,
      String(port),
      { cause: error },
    );
  if (error.code === 'EACCES')
    return new SatwatchError(
      'BAD_OPTION',
      `port ${port} on ${host} may not be opened by this user; give one above 1023`,
      'port',
      { cause: error },
    );
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return new SatwatchError(
      'BAD_OPTION',
      `host: '${host}' is not an address of this machine; leave it out for 127.0.0.1, or give 0.0.0.0 for all`,
      'host',
      { cause: error },
    );
  return error;
}

function reachable(host: string): string {
  const [first] = namesOf(host);
  return first.includes(':') && !first.startsWith('[') ? `[${first}]` : first;
}
