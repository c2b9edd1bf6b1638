import { SatwatchError } from '../errors.js';

/** Does the work; its errors say where it was done. `subject` replaces theirs. */
export function within<T>(where: string | (() => string), work: () => T, subject?: () => string): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof SatwatchError)) throw cause;
    throw new SatwatchError(
      cause.code,
      `${typeof where === 'string' ? where : where()}: ${cause.message}`,
      subject?.() ?? cause.subject,
      { cause },
    );
  }
}
