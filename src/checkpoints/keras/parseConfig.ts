import { SatwatchError } from '../../errors.js';

/** @throws SatwatchError CHECKPOINT_UNREADABLE where it is no JSON */
export function parseConfig(text: string, what: string): any {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SatwatchError(
      'CHECKPOINT_UNREADABLE',
      `its ${what} is damaged (${(cause as Error).message}); save the model again`,
      what,
      { cause },
    );
  }
}
