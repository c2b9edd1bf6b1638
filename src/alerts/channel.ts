import type { Alert } from '../types.js';

/** What a channel may need to know and do. */
export interface DeliveryContext {
  run: string;
  /** Ends the training after the current batch, as `model.stopTraining` does. */
  stop(): void;
}

/** Delivers an alert; a rejected promise is stored with the alert and never reaches the training. */
export interface Channel {
  name: string;
  deliver(alert: Alert, context: DeliveryContext): void | Promise<void>;
}

/** A channel, or simply a function of the alert. */
export type ChannelLike = Channel | ((alert: Alert, context: DeliveryContext) => unknown);
