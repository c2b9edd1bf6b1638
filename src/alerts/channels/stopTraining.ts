import { refuseUnknownOptions, SatwatchError } from '../../errors.js';
import type { Level } from '../../types.js';
import type { Channel } from '../channel.js';

const levels: readonly Level[] = ['warning', 'alarm', 'severe'];

/** Ends the training at an alert of `level` (default 'severe') or above. */
export function stopTraining(options: { level?: Level } = {}): Channel {
  refuseUnknownOptions("channel 'stopTraining'", options, ['level']);
  const least = levels.indexOf(options.level ?? 'severe');
  if (least < 0)
    throw new SatwatchError(
      'BAD_OPTION',
      `channel 'stopTraining': level: got '${options.level}', expected one of ${levels.join(', ')}`,
      'level',
    );
  return {
    name: 'stopTraining',
    deliver(alert, { stop }) {
      if (levels.indexOf(alert.level) >= least) stop();
    },
  };
}
