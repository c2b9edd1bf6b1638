import { SatwatchError } from '../errors.js';

/** What yargs knows of a command's options. Its types lack that, and that a middleware gets it. */
interface Declared {
  getOptions(): { key: Record<string, unknown>; array: readonly string[]; string: readonly string[] };
}

/**
 * An option given twice comes as a list, which no command expects unless it has said so; one without its text as ''.
 * @throws SatwatchError BAD_OPTION
 */
export function once(given: Record<string, unknown>, cli?: unknown): void {
  const { key, array, string } = (cli as Declared).getOptions();
  for (const option of Object.keys(key)) {
    const value = given[option];
    if (value === '' && string.includes(option))
      throw new SatwatchError('BAD_OPTION', `--${option}: got nothing, expected a value`, option);
    if (!Array.isArray(value) || array.includes(option)) continue;
    throw new SatwatchError('BAD_OPTION', `--${option}: got ${value.join(', ')}, expected one value`, option);
  }
}
