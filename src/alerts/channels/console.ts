import { styleText } from 'node:util';
import type { Level } from '../../types.js';
import type { Channel } from '../channel.js';

const colours: Record<Level, 'yellow' | 'red' | 'magenta'> = {
  warning: 'yellow',
  alarm: 'red',
  severe: 'magenta',
};

/** One plain line on standard error; coloured on a terminal only. */
export function consoleChannel(): Channel {
  return {
    name: 'console',
    deliver(alert) {
      const level = alert.level.toUpperCase();
      const coloured = process.stderr.isTTY && !process.env.NO_COLOR;
      const label = coloured ? styleText(['bold', colours[alert.level]], level) : level;
      process.stderr.write(`satwatch ${label} epoch ${alert.epoch}: ${alert.message}\n`);
    },
  };
}
