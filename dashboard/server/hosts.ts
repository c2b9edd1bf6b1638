import { hostname, networkInterfaces } from 'node:os';
import type { RequestHandler } from 'express';
import { HttpError } from './errors.js';

const loopback = ['localhost', '127.0.0.1', '::1'];

export function isLoopback(host: string): boolean {
  return loopback.includes(bare(host)) || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The names under which a server bound to `host` is reached; a wildcard address has all of the machine's. */
export function namesOf(host: string): string[] {
  if (!['0.0.0.0', '::'].includes(bare(host))) return [host];
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return [hostname(), ...addresses.map(({ address }) => address)];
}

/**
 * Refuses requests whose Host header names another machine: a page elsewhere that points its own name at this
 * address (DNS rebinding) would otherwise read everything. Ports are not compared, tunnels change them.
 */
export function checkHost(allowed: string[]): RequestHandler {
  const known = new Set([...loopback, ...allowed].map(bare));
  return (request, _response, next) => {
    const header = request.headers.host ?? '';
    const host = bare(header.replace(/:\d+$/, ''));
    if (!known.has(host))
      throw new HttpError(
        403,
        'HOST_REFUSED',
        `the host '${header}' is not one this page is served under; add it to allowedHosts where a proxy passes it on`,
      );
    next();
  };
}

function bare(host: string): string {
  return host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
}
