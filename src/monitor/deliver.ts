import type { Channel, DeliveryContext } from '../alerts/channel.js';
import type { Alert } from '../types.js';

/** Hands an alert to every channel at once; how each fared stands in `alert.delivery`. Never rejects. */
export async function deliver(
  alert: Alert,
  channels: readonly Channel[],
  context: DeliveryContext,
): Promise<void> {
  await Promise.all(
    channels.map(async (channel) => {
      try {
        // Called in this turn of the event loop: a channel that stops the training does so before the next batch.
        const delivered = channel.deliver(alert, context);
        alert.delivery[channel.name] = 'pending';
        await delivered;
        alert.delivery[channel.name] = 'delivered';
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        alert.delivery[channel.name] = `failed: ${reason}`;
        process.stderr.write(
          `satwatch: channel '${channel.name}' failed: ${reason}; the alert is in the store\n`,
        );
      }
    }),
  );
}
