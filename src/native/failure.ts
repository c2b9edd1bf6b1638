import { SatwatchError } from '../errors.js';

/** What stands in the way, for programs: the `subject` of the error. */
export type Obstacle =
  | 'pip'
  | 'compiler'
  | 'platform'
  | 'node'
  | 'space'
  | 'download'
  | 'project'
  | 'npm'
  | 'check';

/** A `BACKEND` error that also says that nobody needs the binding. */
export function failure(obstacle: Obstacle, message: string): SatwatchError {
  return new SatwatchError(
    'BACKEND',
    `${message.replace(/\.$/, '')}. The WASM backend needs none of this and goes on working.`,
    obstacle,
  );
}
