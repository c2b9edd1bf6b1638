import { refuseUnknownOptions, SatwatchError, suggest } from '../errors.js';
import type { Level, ProbeSet, Role } from '../types.js';
import type { History } from './history.js';

/** What a rule sees in a history that should be told. */
export interface Finding {
  segment: string | null;
  className: string | null;
  level: Level;
  /** The watched value before and now (a rank, an effect, an accuracy). */
  from: number | null;
  to: number | null;
  /** How bad, larger is worse: the peak is kept by it. */
  severity: number;
  /** One sentence: which segment and class, from what to what, since when, what to do next. */
  message: string;
  evidence: Record<string, unknown>;
}

/** A pure function of the history, with its options frozen. */
export interface Rule {
  name: string;
  options: Readonly<Record<string, unknown>>;
  /** Observations in a row at which a finding must stand before it is raised. */
  consecutive: number;
  /** Epochs after an alert ended during which it is not raised again, unless at a higher level. */
  cooldown: number;
  /** Asks the monitor to measure before `evaluate` reads it from the history. */
  measures?: 'reliance';
  /** Refuses names that the probe set does not have. */
  check?(probe: Pick<ProbeSet, 'segmentNames' | 'classNames' | 'roles'>): void;
  evaluate(history: History): Finding[];
}

export interface CommonOptions {
  level?: Level;
  consecutive?: number;
  cooldown?: number;
}

/** Which segments and classes a rank rule watches. */
export interface Selection {
  segment?: string;
  role?: Role;
  /** One class; `perClass` watches each class on its own; neither: over all images. */
  className?: string;
  perClass?: boolean;
}

const commonNames = ['level', 'consecutive', 'cooldown'];
export const selectionNames = ['segment', 'role', 'className', 'perClass'];
const levels: readonly Level[] = ['warning', 'alarm', 'severe'];
/** Larger is worse. */
export const order: Readonly<Record<Level, number>> = { warning: 0, alarm: 1, severe: 2 };
const roles: readonly Role[] = ['core', 'context', 'suspect'];

/** Checks and completes the options that all rules share. Without a default, the level is the rule's own affair. */
export function defineRule<Options extends CommonOptions & object>(
  name: string,
  options: Options,
  defaults: Required<Omit<CommonOptions, 'level'>> & Partial<Options>,
  own: readonly string[],
  body: (
    options: Options & Required<CommonOptions>,
  ) => Pick<Rule, 'evaluate' | 'check' | 'measures'> & Partial<Pick<Rule, 'consecutive'>>,
): Rule {
  const common = commonNames.filter((option) => option !== 'level' || defaults.level !== undefined);
  refuseUnknownOptions(`rule '${name}'`, options, [...common, ...own]);
  const full = Object.freeze({ ...defaults, ...options }) as Options & Required<CommonOptions>;
  if (defaults.level !== undefined && !levels.includes(full.level))
    bad(name, 'level', full.level, `one of ${levels.join(', ')}`);
  if (!Number.isInteger(full.consecutive) || full.consecutive < 1)
    bad(name, 'consecutive', full.consecutive, 'a whole number from 1');
  if (!(full.cooldown >= 0)) bad(name, 'cooldown', full.cooldown, 'a number of epochs from 0');
  const role = (full as Selection).role;
  if (role !== undefined && !roles.includes(role)) bad(name, 'role', role, `one of ${roles.join(', ')}`);
  const { consecutive, cooldown } = full;
  return { name, options: full as Readonly<Record<string, unknown>>, consecutive, cooldown, ...body(full) };
}

export function bad(rule: string, option: string, got: unknown, expected: string): never {
  throw new SatwatchError(
    'BAD_OPTION',
    `rule '${rule}': ${option}: got ${String(got)}, expected ${expected}`,
    option,
  );
}

/** @throws SatwatchError UNKNOWN_SEGMENT, UNKNOWN_CLASS */
export function checkSelection(
  rule: string,
  { segment, className, role }: Selection,
  probe: Pick<ProbeSet, 'segmentNames' | 'classNames' | 'roles'>,
): void {
  if (role !== undefined && !Object.values(probe.roles).includes(role))
    throw new SatwatchError(
      'UNKNOWN_SEGMENT',
      `rule '${rule}': no segment of the probe set has the role '${role}'; give it to one, e.g. roles: { watermark: '${role}' }`,
      role,
    );
  if (segment !== undefined && !probe.segmentNames.includes(segment))
    throw new SatwatchError(
      'UNKNOWN_SEGMENT',
      `rule '${rule}': no segment '${segment}' in the probe set; ${suggest(segment, probe.segmentNames)}`,
      segment,
    );
  if (className !== undefined && !probe.classNames.includes(className))
    throw new SatwatchError(
      'UNKNOWN_CLASS',
      `rule '${rule}': no class '${className}' in the probe set; ${suggest(className, probe.classNames)}`,
      className,
    );
}

/** The (segment, class) pairs a selection covers; class null = over all. */
export function selected(
  { segment, role, className, perClass }: Selection,
  { segmentNames, classNames, roles }: History['probe'],
): [string, string | null][] {
  const segments = segmentNames.filter(
    (name) => (segment === undefined || name === segment) && (role === undefined || roles[name] === role),
  );
  const classes = className !== undefined ? [className] : perClass ? classNames : [null];
  return segments.flatMap((name) => classes.map((c): [string, string | null] => [name, c]));
}

/** " in class 'cat'", or nothing over all classes. */
export const inClass = (className: string | null) => (className === null ? '' : ` in class '${className}'`);

export const round = (value: number, digits = 1) => value.toFixed(digits);
