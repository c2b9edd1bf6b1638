import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Logger } from 'pino';
import { type ErrorCode, SatwatchError } from '../../src/errors.js';
import type { ErrorBody } from '../wire.js';

/** An answer that is not the one asked for; `message` is shown to the caller as it is. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export const notFound: RequestHandler = (request) => {
  throw new HttpError(404, 'NOT_FOUND', `nothing at ${request.method} ${request.path}`);
};

/** The only place where errors become answers: JSON with a code and a message, never a stack. */
export function errorHandler(log: Logger): ErrorRequestHandler {
  return (error, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const known = asHttpError(error);
    if (!known) log.error({ error, path: request.path }, 'request failed');
    const { status, code, message } =
      known ?? new HttpError(500, 'INTERNAL', 'the server failed on this request; its log says why');
    const body: ErrorBody = { error: { code, message } };
    response.status(status).json(body);
  };
}

/** Errors that the request is to blame for. */
const statusOf: Partial<Record<ErrorCode, number>> = {
  RUN_UNKNOWN: 404,
  PROBE_NOT_FOUND: 404,
  UNKNOWN_CLASS: 400,
  UNKNOWN_SEGMENT: 400,
};

function asHttpError(error: unknown): HttpError | undefined {
  if (error instanceof HttpError) return error;
  if (error instanceof SatwatchError) {
    const status = statusOf[error.code] ?? 500;
    return new HttpError(status, error.code, error.message);
  }
  // Express's own: a malformed percent escape, a path outside the served folder.
  const status = (error as { status?: unknown } | null)?.status;
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new HttpError(status, status === 404 ? 'NOT_FOUND' : 'BAD_REQUEST', 'malformed request');
  return undefined;
}
