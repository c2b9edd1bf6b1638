import type { Alert } from '../../wire.js';

/** How each channel fared with an alert: a word, and the reason where it is not the good one. */
export function Delivery({ delivery }: Pick<Alert, 'delivery'>) {
  const channels = Object.entries(delivery);
  if (channels.length === 0) return null;
  return (
    <ul class="delivery" aria-label="Delivery">
      {channels.map(([channel, fate]) => {
        const [, state = fate, reason] = /^(\w+)(?:: ?(.*))?$/s.exec(fate) ?? [];
        const [sign, words] = wordsOf(state, reason);
        return (
          <li key={channel} class={state} data-channel={channel}>
            <span aria-hidden="true">{sign}</span> {channel} {words}
            {reason && <span class="sub">: {reason}</span>}
          </li>
        );
      })}
    </ul>
  );
}

/** States as the store names them; whether a failed delivery is tried again stands in its reason. */
function wordsOf(state: string, reason = ''): [sign: string, words: string] {
  if (state === 'delivered') return ['✓', 'delivered'];
  if (state === 'pending') return ['…', 'under way'];
  if (state === 'refused') return ['✕', 'refused, not tried again'];
  if (state !== 'failed') return ['', state];
  return /\(tried \d+ times?\)$/.test(reason) ? ['↻', 'failed, will be tried again'] : ['✕', 'failed'];
}
