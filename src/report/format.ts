import type { Level } from '../types.js';
import { oneLine } from './text.js';

/** A missing value is a dash, never 0 or NaN. */
export const none = '–';

type Value = number | null | undefined;
const known = (value: Value): value is number => typeof value === 'number' && Number.isFinite(value);
const signed = (text: string) => text.replace(/^-/, '−').replace(/^−(0(\.0+)?)$/, '$1');

export const rank = (value: Value) => (known(value) ? value.toFixed(1) : none);

/** 0.578 is "58 points", of probability or of accuracy. */
export const points = (value: Value) =>
  known(value) ? `${signed((100 * value).toFixed(Math.abs(value) < 0.1 ? 1 : 0))} points` : none;

/** 0.0781 is "7.8 %". */
export const percent = (value: Value) => (known(value) ? `${Number((100 * value).toFixed(1))} %` : none);

/** Three digits, as short as they are. */
export const short = (value: Value) => (known(value) ? signed(String(Number(value.toPrecision(3)))) : none);

/** Whole epochs as they are, parts of one with two decimals. */
export const epoch = (value: Value) =>
  known(value) ? (Number.isInteger(value) ? `${value}` : value.toFixed(2)) : none;

/** 24,130. */
export const count = (value: number) => value.toLocaleString('en-US');

export const plural = (n: number, word: string) => `${count(n)} ${word}${n === 1 ? '' : 's'}`;

/** "2026-11-26 12:38 UTC". */
export const minute = (iso: string) => `${iso.slice(0, 16).replace('T', ' ')} UTC`;

/** A name as a sentence holds it. */
export const quoted = (name: string) => `'${oneLine(name)}'`;

/** "'a', 'b' and 'c'". */
export function listed(words: readonly string[]): string {
  return words.length < 2
    ? words.join('')
    : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}

export const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** Gravest last. */
export const levels: readonly Level[] = ['warning', 'alarm', 'severe'];
