/** A missing value is a dash, never 0 or NaN. */
const none = '–';

export type Format = (value: number | null | undefined) => string;

export const rank: Format = (value) => (value == null ? none : value.toFixed(1));

export const attribution: Format = (value) => {
  if (value == null) return none;
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size >= 0.001 && size < 1000 ? `${Number(value.toPrecision(2))}` : value.toExponential(1);
};

export const accuracy: Format = (value) => (value == null ? none : value.toFixed(3));
export const loss: Format = (value) => (value == null ? none : value.toPrecision(3));

/** A shift of probability in points: 0.17 is 17. */
export const points: Format = (value) => {
  if (value == null) return none;
  const shown = (value * 100).toFixed(Math.abs(value) < 0.1 ? 1 : 0);
  return shown.replace(/^-(0(\.0)?)$/, '$1');
};

export const percent: Format = (value) => {
  if (value == null) return none;
  return value < 0.1 ? `${(value * 100).toFixed(1)} %` : `${Math.round(value * 100)} %`;
};

/** Whole epochs as they are, parts of one with two decimals. */
export const epoch: Format = (value) =>
  value == null ? none : Number.isInteger(value) ? `${value}` : value.toFixed(2);

/** "4 s", "3 min", "2 h", "5 d" of a number of milliseconds. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
