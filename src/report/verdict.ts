import type { Alert, Cost, Level } from '../types.js';
import { type AlertSubject, stretches } from './alertSubjects.js';
import { capital, epoch, listed, percent, plural, points, quoted, rank, short } from './format.js';
import type { ReportedAlert, ReportedSegment, RunReport } from './readReport.js';
import { oneLine } from './text.js';

export interface Verdict {
  /** The gravest alert's level, though it may have ended; null without alerts. */
  level: Level | null;
  headline: string;
  sentences: string[];
}

/** A sentence, with the words that lead it where it tells of an alert: "Severe (since epoch 1, stands)". */
export interface Statement {
  lead: string | null;
  words: string;
}

/** So many alerts get a sentence each. */
const told = 5;

/** What a run's record says, in plain sentences. */
export function verdict(report: RunReport): Verdict {
  const { alerts } = report;
  return {
    level: alerts[0]?.level ?? null,
    headline: headline(alerts),
    sentences: statements(report).map(({ lead, words }) => (lead === null ? words : `${lead}: ${words}`)),
  };
}

export function statements(report: RunReport): Statement[] {
  const { alerts } = report;
  const swayed = alerts.some(({ rule }) => rule === 'reliance');
  const plain = (words: string): Statement => ({ lead: null, words });
  return [
    plain(progress(report)),
    ...(alerts.length === 0 ? quiet(report).map(plain) : alerts.slice(0, told).map(alertStatement)),
    ...(alerts.length > told
      ? [
          plain(
            `${alerts.length - told} more, not graver, ${alerts.length - told === 1 ? 'is' : 'are'} listed below.`,
          ),
        ]
      : []),
    ...(swayed
      ? [
          plain(
            'An effect says that the segment sways the model, not that the model learned it from the training pictures.',
          ),
        ]
      : []),
    ...[...ranking(report), ...accuracy(report)].map(plain),
  ];
}

function headline([gravest, ...others]: readonly ReportedAlert[]): string {
  if (!gravest) return 'No alerts';
  const { level, standing, rule, segment, className } = gravest;
  const begin = standing === null ? `${capital(level)}, ended` : capital(level);
  const what =
    segment === null
      ? rule
      : rule === 'reliance'
        ? `${quoted(segment)} ${standing === null ? 'swayed' : 'sways'} predictions${className === null ? '' : ` towards ${quoted(className)}`}`
        : `${quoted(segment)}${className === null ? '' : ` ${preposition(rule)} ${quoted(className)}`} (${rule})`;
  return `${begin}: ${what}${others.length ? `, and ${plural(others.length, 'more alert')}` : ''}`;
}

const states = {
  running: 'is still running',
  stale: 'gives no sign of life',
  failed: 'has failed',
  done: 'is done',
};

function progress({ run, epochs, last, probe }: RunReport): string {
  const span =
    epochs[0] === last.epoch
      ? `at epoch ${epoch(last.epoch)}`
      : `epochs ${epoch(epochs[0])} to ${epoch(last.epoch)}`;
  const of = typeof run.config.epochs === 'number' && run.state !== 'done' ? ` of ${run.config.epochs}` : '';
  const why = run.error ? ` (${oneLine(run.error)})` : '';
  const earlier = probe.earlier
    ? `; ${plural(probe.earlier, 'observation')} on another probe set ${probe.earlier === 1 ? 'is' : 'are'} left out`
    : '';
  return `The run ${states[run.state]}${why}: ${plural(epochs.length, 'observation')}, ${span}${of}${earlier}.`;
}

/** No alert is news too: what was looked at, and what that does not exclude. */
function quiet({ epochs, last, tested }: RunReport): string[] {
  const { pairs, largest } = tested;
  const where =
    largest &&
    `${quoted(largest.segment)} towards ${quoted(largest.className)}, epoch ${epoch(largest.epoch)}`;
  return [
    last.epoch === 0
      ? 'Only the model before training was observed, where nothing is raised yet.'
      : epochs.length === 1
        ? 'No alert was raised at the one observation.'
        : `No alert was raised at any of the ${plural(epochs.length, 'observation')}.`,
    pairs === 0
      ? 'The reliance test measured nothing: it is off, or no segment is suspect or context in enough images.'
      : `The reliance test measured ${plural(pairs, 'pair')} of a segment and a class; the largest effect was ${points(largest?.effect)}${where ? ` (${where})` : ''}.`,
    'That is no proof that there is no shortcut: a part that no mask names is not seen, and small effects pass.',
  ];
}

function alertStatement(alert: ReportedAlert): Statement {
  return { lead: `${capital(alert.level)} (${whenWords(alert)})`, words: finding(alert) };
}

/** "since epoch 1", "epoch 2 to 6, ended"; several stretches are counted. */
export function whenWords(alert: AlertSubject): string {
  const parts = stretches(alert);
  const [first, last] = [parts[0], parts[parts.length - 1]];
  const begun = epoch(first.steps[0].epoch);
  const times = parts.length > 1 ? `, ${parts.length} times` : '';
  if (alert.standing === null) return `epoch ${begun} to ${epoch(last.ended)}${times}, ended`;
  const lower = alert.standing === alert.level ? '' : ` as ${alert.standing}`;
  return `since epoch ${begun}${times}, stands${lower}`;
}

function finding(alert: ReportedAlert): string {
  const { rule, segment, className, role, peak, peakEpoch, alerts } = alert;
  if (rule !== 'reliance' || segment === null || className === null) {
    const worst = peak === null || alerts.length === 0 ? '' : ` At its worst ${peakWords(alert)}.`;
    return `${sentence(alerts[alerts.length - 1].message)}${worst}`;
  }
  const named = `${quoted(segment)}${role ? ` (${role})` : ''}`;
  return [
    `with ${named} pasted into images of other classes, predictions ${alert.standing === null ? 'moved' : 'move'} towards ${quoted(className)}, by ${points(peak)} on average at the worst (epoch ${epoch(peakEpoch)}).`,
    ...topWords(alerts[alerts.length - 1]),
    ...pastedWords(alert.costs, className),
  ].join(' ');
}

/** Where only some of the images that it is taken from move predictions. */
function topWords({ evidence: { by, top, testedAt } }: Alert): string[] {
  return by === 'top' && typeof top === 'number'
    ? [
        `Taken from the eighth of the images that moves most: ${points(top)} (epoch ${epoch(Number(testedAt))}).`,
      ]
    : [];
}

const sentence = (message: string) => oneLine(message).replace(/[^.!?]$/, '$&.');

/** Effects are towards a class, ranks are in it. */
export const preposition = (rule: string) => (['reliance', 'reference'].includes(rule) ? 'towards' : 'in');

const rankRules = ['rankThreshold', 'rankShift', 'outranks'];

/** The watched value at its worst, as the rule counts it. */
export function peakWords({ rule, className, peak, peakEpoch }: AlertSubject): string {
  const isRank = rankRules.includes(rule) || (rule === 'reference' && className === null);
  const isEffect = rule === 'reliance' || rule === 'reference';
  const value = isRank
    ? `rank ${rank(peak)}`
    : isEffect
      ? points(peak)
      : rule === 'probeAccuracy'
        ? percent(peak)
        : short(peak);
  return `${value} at epoch ${epoch(peakEpoch)}`;
}

/** The accuracy that an effect stands for, where it was measured. */
function pastedWords(costs: readonly Cost[], className: string): string[] {
  const of = (variant: Cost['variant']) =>
    costs.find((cost) => cost.variant === variant && cost.className === className)?.accuracy;
  const [pasted, unpasted] = [of('pasted'), of('unpasted')];
  if (pasted == null || unpasted == null) return [];
  return [
    `Of these images ${percent(unpasted)} are right as they are, and ${percent(pasted)} with it pasted on.`,
  ];
}

function ranking({ segments, comparison, last }: RunReport): string[] {
  const ranked = segments.filter(({ meanRank }) => meanRank !== null);
  if (ranked.length < 2) return [];
  const [leader] = ranked;
  const told = toldApart(leader.segment, comparison);
  const core = ranked.find(({ role }) => role === 'core');
  const best =
    leader.role === 'core'
      ? ''
      : core
        ? ` The best core segment is ${withRank(core)}.`
        : ' No segment has the role core.';
  const { meanRank, chanceRank } = leader;
  const byChance =
    chanceRank !== null && meanRank! >= chanceRank ? ' Its shape alone would rank it no worse.' : '';
  return [`By rank ${withRank(leader)} is first at epoch ${epoch(last.epoch)}${told}.${byChance}${best}`];
}

/** What the tests say of the segment of the best mean rank. */
function toldApart(
  leader: string,
  { names, result, alpha, reversed, tooFew, behind }: RunReport['comparison'],
): string {
  const place = names.indexOf(leader);
  if (place < 0 || !result) return '';
  const alike = names.filter((_, i) => i !== place && !(result.p[place][i] < alpha)).map(quoted);
  const before = reversed.filter(({ b }) => b === leader).map(({ a }) => quoted(a));
  const others = tooFew.length + behind === 0 ? 'all others' : 'the others compared';
  return [
    alike.length === 0 ? `, told apart from ${others}` : `, not told apart from ${some(alike)}`,
    ...(before.length
      ? [`; yet where both are shown, ${some(before)} ${before.length === 1 ? 'ranks' : 'rank'} before it`]
      : []),
  ].join('');
}

function withRank({ segment, role, meanRank, chanceRank, n }: ReportedSegment): string {
  const about = [
    ...(role && role !== 'core' ? [role] : []),
    `mean rank ${rank(meanRank)} over ${plural(n, 'image')}`,
    `${rank(chanceRank)} by chance`,
  ];
  return `${quoted(segment)} (${about.join(', ')})`;
}

const some = (words: readonly string[]) =>
  words.length <= 4 ? listed(words) : `${words.slice(0, 3).join(', ')} and ${words.length - 3} more`;

function accuracy({ last, probe }: RunReport): string[] {
  const { probeAccuracy, metrics, invalidImages } = last;
  const logged = Object.entries(metrics).flatMap(([name, value]) =>
    value === null ? [] : [`${oneLine(name)} ${short(value)}`],
  );
  return [
    ...(probeAccuracy === null
      ? []
      : [
          `${percent(probeAccuracy)} of the probe images are classified right at epoch ${epoch(last.epoch)}${logged.length ? `; the training logged ${listed(logged.slice(0, 6))}` : ''}.`,
        ]),
    ...(invalidImages > 0
      ? [
          `${invalidImages} of ${plural(probe.images, 'image')} could not be measured there: the map held a NaN or an infinity.`,
        ]
      : []),
  ];
}
