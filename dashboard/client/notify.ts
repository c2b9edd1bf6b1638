import type { ChangesEvent } from '../wire.js';
import { raisedIn } from './data/raised.js';

/** Whether this browser can show notifications at all. */
export const canNotify = 'Notification' in globalThis;

/** Shows what an event raises as notifications; a click on one opens its pictures. */
export async function notify(
  event: ChangesEvent,
  since: number,
  nameOf: (run: number) => string,
): Promise<void> {
  for (const { run, alert } of await raisedIn(event, since)) {
    const title = [alert.level, ...(alert.segment === null ? [] : [alert.segment])].join(': ');
    const shown = new Notification(`${title}, epoch ${alert.epoch} of ${nameOf(run)}`, {
      body: alert.message,
      // Several open pages say it once.
      tag: `satwatch ${location.host} ${run} ${alert.id}`,
    });
    shown.onclick = () => {
      window.focus();
      location.hash = `#/run/${run}?alert=${alert.id}`;
      shown.close();
    };
  }
}
