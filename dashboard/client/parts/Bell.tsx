import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { canNotify } from '../notify.js';

interface Props {
  isOn: boolean;
  onChange(isOn: boolean): void;
}

/** Turns notifications on and off; permission is asked for by a click, never before. */
export function Bell({ isOn, onChange }: Props) {
  const [said, setSaid] = useState<string>();
  const box = useRef<HTMLSpanElement>(null);
  // As soon as it is said, not after the next frame: a key pressed at once must find its listener.
  useLayoutEffect(() => {
    if (said === undefined) return;
    const leave = (event: Event) => {
      if (
        event instanceof KeyboardEvent ? event.key === 'Escape' : !box.current?.contains(event.target as Node)
      )
        setSaid(undefined);
    };
    addEventListener('pointerdown', leave);
    addEventListener('keydown', leave);
    return () => {
      removeEventListener('pointerdown', leave);
      removeEventListener('keydown', leave);
    };
  }, [said]);
  if (!canNotify) return null;

  const turn = async () => {
    setSaid(undefined);
    if (isOn) {
      onChange(false);
      return;
    }
    if (!isSecureContext) {
      setSaid(
        'Browsers show notifications only for pages on https or on this machine: forward the port with ssh -L and open it as localhost.',
      );
      return;
    }
    const permission = await Notification.requestPermission();
    if (permission === 'granted') onChange(true);
    else if (permission === 'denied')
      setSaid(
        'This browser blocks notifications of this page. Allow them in its settings for this site, then click again.',
      );
  };

  return (
    <span class="bell" ref={box}>
      <button
        type="button"
        aria-pressed={isOn}
        aria-label="Notify me of alerts"
        title={isOn ? 'Alerts are shown as notifications while this page is open' : 'Notify me of alerts'}
        onClick={turn}
      >
        <svg viewBox="0 0 20 20" aria-hidden="true">
          <path d="M4 14.5h12l-1.6-2.2V8.6a4.4 4.4 0 0 0-8.8 0v3.7z" />
          <path d="M8.4 16.8a1.7 1.7 0 0 0 3.2 0" />
          {!isOn && <path class="off" d="M3.5 2.8 16.8 17.6" />}
        </svg>
      </button>
      <span role="status">{said !== undefined && <span class="bell-said">{said}</span>}</span>
    </span>
  );
}
