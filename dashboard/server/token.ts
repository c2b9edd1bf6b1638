import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { SatwatchError } from '../../src/errors.js';
import { HttpError } from './errors.js';

/** Fewer characters are guessed. */
const leastLength = 16;

/** @throws SatwatchError TOKEN_MISSING */
export function checkToken(token: unknown): asserts token is string {
  if (typeof token === 'string' && token.length >= leastLength) return;
  throw new SatwatchError(
    'TOKEN_MISSING',
    `token: expected at least ${leastLength} characters, got ${typeof token === 'string' ? token.length : String(token)}; leave it out, and startDashboard makes one where it is needed`,
    'token',
  );
}

/**
 * Lets in who shows the token: `Authorization: Bearer`, or `?token=` once, which sets a cookie and leaves the
 * address bar clean.
 */
export function requireToken(token: string): RequestHandler {
  return (request, response, next) => {
    // Cookies are shared by all ports of a host: two dashboards must not overwrite each other's.
    const cookie = `satwatch-${request.socket.localPort}`;
    const [, bearer] = /^Bearer +(\S+)$/i.exec(request.get('Authorization') ?? '') ?? [];
    if (same(bearer ?? readCookie(request, cookie), token)) {
      next();
      return;
    }
    if (request.method === 'GET' && same(request.query.token, token)) {
      response.cookie(cookie, token, { httpOnly: true, sameSite: 'strict', path: '/' });
      response.set('Cache-Control', 'no-store');
      const { token: _, ...others } = request.query as Record<string, string>;
      const query = new URLSearchParams(others).toString();
      // Relative to the last part of the path, so that it holds under a prefix too; where that is a mount without its slash,
      // everything lies below it.
      const [path] = request.originalUrl.split('?');
      const last = path.slice(path.lastIndexOf('/') + 1);
      const to = request.path === '/' && last ? `${last}/` : last || './';
      response.redirect(303, query ? `${to}?${query}` : to);
      return;
    }
    throw new HttpError(
      401,
      'TOKEN_REQUIRED',
      'this dashboard asks for its token: open the address that was printed at its start',
    );
  };
}

function readCookie(request: Request, name: string): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at < 0 || pair.slice(0, at).trim() !== name) continue;
    try {
      return decodeURIComponent(pair.slice(at + 1).trim());
    } catch {
      return undefined;
    }
  }
  return undefined;
}

/** Takes the same time whatever differs: compares digests, which have one length. */
function same(given: unknown, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(typeof given === 'string' ? given : ''), digest(token));
}
