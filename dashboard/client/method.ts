import type { RunInfo } from '../wire.js';

/** The saliency method of a run, as its record has it. */
export interface Method {
  name: string;
  /** Its options that hold a value, each as text. */
  options: [name: string, value: string][];
}

/** null for a run whose record does not say. */
export function methodOf({ config }: Pick<RunInfo, 'config'>): Method | null {
  const { method, methodOptions } = config;
  if (typeof method !== 'string') return null;
  const options =
    methodOptions && typeof methodOptions === 'object'
      ? Object.entries(methodOptions).filter(([, value]) => value !== null && value !== undefined)
      : [];
  return { name: method, options: options.map(([name, value]) => [name, shown(value)]) };
}

/** "steps 32, baseline 0"; nothing where there are no options. */
export const optionWords = ({ options }: Method): string =>
  options.map(([name, value]) => `${name} ${value}`).join(', ');

/** A long list says no more in a heading than that it is one. */
function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 24 ? `${text.slice(0, 23)}…` : text;
}
