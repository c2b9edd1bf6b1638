import { SatwatchError } from '../errors.js';

/** Of every command that runs a model on pictures. */
export const inputRangeOption = {
  type: 'number',
  array: true,
  nargs: 2,
  demandOption: true,
  describe: 'How the model takes pixels: LOW HIGH for the bytes 0 and 255, such as 0 1',
} as const;

/** @throws SatwatchError BAD_OPTION */
export function checkInputRange(range: readonly number[]): [low: number, high: number] {
  const [low, high] = range;
  if (range.length !== 2 || !range.every(Number.isFinite) || low === high)
    throw new SatwatchError(
      'BAD_OPTION',
      `--input-range: got ${range.join(' ')}, expected two different numbers, such as 0 1, -1 1 or 0 255`,
      'input-range',
    );
  return [low, high];
}
