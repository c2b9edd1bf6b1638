import type { Level } from '../../../src/types.js';
import type { Format } from '../format.js';
import type { Tone } from '../theme.js';

export type Values = (number | null)[];

export interface Line {
  key: string;
  label: string;
  tone: Tone;
  values: Values;
  dash?: number[];
  /** Kept among the labels where there is no room for all. */
  priority?: number;
  hidden?: boolean;
  /** Belongs to the highlighted line and does not recede. */
  steady?: boolean;
}

/** A horizontal line at a value. */
export interface Limit {
  value: number;
  label: string;
  tone: Tone;
}

/** Something that happened at an epoch. */
export interface Mark {
  epoch: number;
  level: Level;
  /** The alerts' rules and segments, in words. */
  title: string;
  resolved: boolean;
}

/** All that a chart draws. */
export interface PlotModel {
  height: number;
  epochs: number[];
  /** First and last epoch of the axis that all charts share. */
  domain: [number, number];
  range: [number, number];
  /** Smallest value on top. */
  inverted?: boolean;
  lines: Line[];
  /** The line that stands out while the others recede. */
  highlight: string | null;
  /** Thin and dashed under the highlighted line. */
  underlay?: { values: Values; tone: Tone; label: string } | undefined;
  /** From low to high, at epochs of its own, behind all lines. */
  band?: { epochs: number[]; low: Values; high: Values; tone: Tone } | undefined;
  limits: Limit[];
  marks: Mark[];
  /** Flags on the marks, and epochs along the bottom. */
  flags?: boolean;
  axis?: boolean;
  format: Format;
  tick(value: number): string;
}

export interface PlotEvents {
  hover?(key: string | null): void;
  pin?(key: string): void;
  /** A click on an observation of a line: its place among the epochs. */
  open?(key: string, index: number): void;
  /** A click on the flag of an alert. */
  flag?(epoch: number): void;
}
