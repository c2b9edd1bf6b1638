import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { HttpError } from './errors.js';

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
      // Relative, so that it holds under a proxy's prefix too.
      response.redirect(303, request.path === '/' ? './' : `.${request.path}`);
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
