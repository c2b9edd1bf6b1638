import { refuseUnknownOptions } from '../../errors.js';
import type { Level } from '../../types.js';
import { type Channel, checkLevel } from '../channel.js';

/** Ends the training at an alert of `level` (default 'severe') or above. */
export function stopTraining(options: { level?: Level } = {}): Channel {
  refuseUnknownOptions("channel 'stopTraining'", options, ['level']);
  return {
    name: 'stopTraining',
    level: checkLevel('stopTraining', options.level ?? 'severe'),
    deliver: (_alert, { stop }) => stop(),
  };
}
