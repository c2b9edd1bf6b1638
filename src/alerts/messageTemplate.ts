import { SatwatchError, suggest } from '../errors.js';
import type { Alert } from '../types.js';

/** What `{name}` in a template stands for; null where the alert has none. */
const placeholders: Record<string, (alert: Alert, run: string) => string | number | null> = {
  run: (_, run) => run,
  segment: ({ segment }) => segment,
  class: ({ className }) => className,
  level: ({ level }) => level,
  epoch: ({ epoch }) => epoch,
  message: ({ message }) => message,
  from: ({ from }) => from,
  to: ({ to }) => to,
  rule: ({ rule }) => rule,
};

/**
 * A text of alerts from a template such as `'{run}: {message}'`. `plain` is for what is filled in, which holds the
 * user's own names; what the template itself says stays as it is.
 * @throws SatwatchError BAD_OPTION for an unknown placeholder, naming the nearest
 */
export function messageTemplate(
  where: string,
  template: string,
): (alert: Alert, run: string, plain: (text: string) => string) => string {
  // Text and names in turns: 'a {run} b' → ['a ', 'run', ' b'].
  const parts = template.split(/\{\s*([^{}]*?)\s*\}/);
  for (let i = 1; i < parts.length; i += 2)
    if (!Object.hasOwn(placeholders, parts[i]))
      throw new SatwatchError(
        'BAD_OPTION',
        `${where}: message: unknown placeholder '{${parts[i]}}'; ${suggest(parts[i], Object.keys(placeholders))}`,
        parts[i],
      );
  return (alert, run, plain) =>
    parts.map((part, i) => (i % 2 ? plain(shown(placeholders[part](alert, run))) : part)).join('');
}

function shown(value: string | number | null): string {
  if (value === null) return '–';
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : value;
}
