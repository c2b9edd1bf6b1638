/** A missing value is a dash, never 0 or NaN. */
const none = '–';

/** A minus as wide as the digits, as typesetters write it. */
const signed = (text: string) => text.replace(/^-/, '−');

export type Format = (value: number | null | undefined) => string;

export const rank: Format = (value) => (value == null ? none : value.toFixed(1));

/** A rank inside one picture: whole, or a half where two share it. */
export const localRank: Format = (value) => (value == null ? none : String(Number(value.toFixed(1))));

export const margin: Format = (value) => (value == null ? none : signed(value.toFixed(2)));

/** A single attribution, in the shortest form that says it to three digits: 0.0123, −1.2 ×10⁻⁶. */
export const exact: Format = (value) => {
  if (value == null) return none;
  if (value === 0) return '0';
  const power = Math.floor(Math.log10(Math.abs(value)));
  if (power >= -3 && power < 6) return signed(String(Number(value.toPrecision(3))));
  return `${signed((value / 10 ** power).toFixed(1))} ${unit(power)}`;
};

/** Attributions in a unit of 10^`power`, so that a column of them reads as numbers of one or two digits. */
/** @param digits behind the point; by default two, of larger values one. */
export function attribution(power: number, digits?: number): Format {
  return (value) => {
    if (value == null) return none;
    const scaled = value / 10 ** power;
    return signed(scaled.toFixed(digits ?? (Math.abs(scaled) < 9.95 ? 2 : 1)).replace(/^-(0\.0+)$/, '$1'));
  };
}

/** The power of ten, a multiple of three, that brings the largest value to 1..1000. */
export function powerOf(largest: number): number {
  return largest > 0 && Number.isFinite(largest) ? Math.floor(Math.log10(largest) / 3 + 1e-9) * 3 : 0;
}

/** "×10⁻³", or nothing for the power 0. */
export function unit(power: number): string {
  const digits = '⁰¹²³⁴⁵⁶⁷⁸⁹';
  const raised = [...String(power)].map((c) => (c === '-' ? '⁻' : digits[Number(c)])).join('');
  return power === 0 ? '' : `×10${raised}`;
}

export const accuracy: Format = (value) => (value == null ? none : value.toFixed(3));
export const loss: Format = (value) => (value == null ? none : value.toPrecision(3));

/** A shift of probability in points: 0.17 is 17. */
export const points: Format = (value) => {
  if (value == null) return none;
  const shown = (value * 100).toFixed(Math.abs(value) < 0.1 ? 1 : 0);
  return signed(shown.replace(/^-(0(\.0)?)$/, '$1'));
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
