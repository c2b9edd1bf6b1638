import { SatwatchError } from '../errors.js';
import type { Alert, Level } from '../types.js';
import { order } from './rule.js';

/** What a channel may need to know and do. */
export interface DeliveryContext {
  run: string;
  /** Ends the training after the current batch, as `model.stopTraining` does. */
  stop(): void;
  /** Aborted when nobody waits for the delivery any more: its time is up, or the run has ended. */
  signal: AbortSignal;
}

/** Delivers an alert; a rejected promise is stored with the alert and never reaches the training. */
export interface Channel {
  /** Stored with every alert; channels of one name are one channel to the store. */
  name: string;
  /** The least level delivered; default: every alert. */
  level?: Level;
  /** What could not be delivered stays in the store and is tried again, also by the next monitor on the same store. */
  retry?: boolean;
  /** With `retry`: the longest that an attempt may take, in ms; default two minutes. */
  timeout?: number;
  deliver(alert: Alert, context: DeliveryContext): void | Promise<void>;
}

/** A channel, or simply a function of the alert. */
export type ChannelLike = Channel | ((alert: Alert, context: DeliveryContext) => unknown);

/** Thrown by a channel that knows when another attempt makes sense: after so many ms, or never; 'later' as of any error. */
export class DeliveryFailure extends Error {
  override readonly name = 'DeliveryFailure';
  constructor(
    message: string,
    readonly again: number | 'later' | 'never',
  ) {
    super(message);
  }
}

/** This level and those above it; all without one. */
export function levelsFrom(least: Level = 'warning'): Level[] {
  return (Object.keys(order) as Level[]).filter((level) => order[level] >= order[least]);
}

/** @throws SatwatchError BAD_OPTION */
export function checkLevel(channel: string, level: Level): Level {
  if (Object.hasOwn(order, level)) return level;
  throw new SatwatchError(
    'BAD_OPTION',
    `channel '${channel}': level: got '${level}', expected one of ${Object.keys(order).join(', ')}`,
    'level',
  );
}
