import type { Alert } from '../../wire.js';
import * as format from '../format.js';

/** All that an alert rests on, as the rule wrote it. */
export function Evidence({ alert }: { alert: Alert }) {
  const { className, from, to, evidence } = alert;
  const rows: [string, unknown][] = [
    ['class', className ?? 'all classes'],
    ['from', from],
    ['to', to],
    ...Object.entries(evidence),
  ];
  return (
    <dl class="evidence">
      {rows.flatMap(flatten).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Nested records become dotted names. */
function flatten([name, value]: [string, unknown]): [string, string][] {
  if (value !== null && typeof value === 'object' && !Array.isArray(value))
    return Object.entries(value).flatMap(([key, inner]) => flatten([`${name}.${key}`, inner]));
  return [[words(name), shown(name, value)]];
}

/** `peakEpoch` is "peak epoch". */
function words(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
}

function shown(name: string, value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value !== 'number') return typeof value === 'string' ? value : JSON.stringify(value);
  if (/epoch/i.test(name)) return format.epoch(value);
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));
}
