import { useState } from 'preact/hooks';

const prefix = 'satwatch.';

/** A choice that this browser keeps; without storage (a private window may refuse it) it lasts as long as the page. */
export function useRemembered<T>(
  name: string,
  initial: T,
  isValid: (value: unknown) => value is T,
): [T, (value: T) => void] {
  const [value, setValue] = useState(() => read(name, initial, isValid));
  return [
    value,
    (next) => {
      setValue(next);
      try {
        localStorage.setItem(prefix + name, JSON.stringify(next));
      } catch {
        // Nothing more can be done: the choice holds until the page is left.
      }
    },
  ];
}

function read<T>(name: string, initial: T, isValid: (value: unknown) => value is T): T {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(prefix + name) ?? 'null');
    return isValid(stored) ? stored : initial;
  } catch {
    return initial;
  }
}
