import type { Effect, Level } from '../../types.js';
import type { History } from '../history.js';
import { type Confirmation, confirmation, leastZ, levelOf, type Reached } from '../reliance/levels.js';
import { type CommonOptions, defineRule, type Finding, order, type Rule, round } from '../rule.js';

/**
 * The default alarm: predictions move towards a class when the segment is pasted onto other classes' pictures (the
 * reliance test; formula and constants in `reliance/measure.ts` and `reliance/levels.ts`). For suspect and context
 * segments. It says that the segment sways predictions, not where that comes from.
 */
export function reliance(options: Omit<CommonOptions, 'level'> = {}): Rule {
  const defaults = { consecutive: 1, cooldown: 0 };
  return defineRule('reliance', options as CommonOptions, defaults, [], (o) => ({
    measures: 'reliance',
    // Counted here, in measurements: a pair is not tested at every observation.
    consecutive: 1,
    evaluate: (history) =>
      [...newest(history, o.consecutive + 1).values()].flatMap((measured): Finding | [] => {
        const [now, before] = measured;
        const reached = lowest(measured, o.consecutive);
        if (!reached) return [];
        const { level, by } = reached;
        return {
          segment: now.segment,
          className: now.className,
          level,
          from: before?.effect ?? null,
          to: now.effect,
          severity: now.effect,
          message: sentence(now, reached),
          evidence: {
            by,
            effect: now.effect,
            z: now.z,
            zThreshold: leastZ(now),
            top: now.top,
            flipped: now.flipped,
            lost: now.lost,
            fill: now.fill,
            blur: now.blur,
            confirmation: confirmation(now),
            receivers: now.receivers,
            givers: now.givers,
            testedAt: now.epoch,
          },
        };
      }),
  }));
}

const advice: Record<Level, string> = {
  warning: 'watch whether it grows',
  alarm: 'look for it in the training pictures of that class',
  severe: 'stop and clean the training pictures of that class',
};

function sentence(now: Effect, { level, by }: Reached): string {
  const { segment, className, effect, top, flipped, lost, epoch } = now;
  const since = `(${level} since epoch ${epoch}, ${confirmed[confirmation(now)]}); ${advice[level]}`;
  if (by === 'top')
    return (
      `Predictions move ${whole(top!)} points towards '${className}' when '${segment}' comes from some pictures of ` +
      `that class, ${whole(effect)} on average: look for what the alert's first pictures have in common ${since}`
    );
  const cost =
    flipped === null || lost === null
      ? ''
      : `: ${whole(flipped)} % of the answers become '${className}', ${whole(lost)} points of accuracy are lost`;
  return `Predictions move ${whole(effect)} points towards '${className}' when '${segment}' is present${cost} ${since}`;
}

const confirmed: Record<Confirmation, string> = {
  confirmed: 'confirmed by filling it',
  'not confirmed': 'not confirmed by filling it',
  untestable: 'untestable by filling it',
};

const whole = (share: number) => round(100 * share, 0);

/** The lowest level that was reached at the newest `consecutive` measurements of a pair, and by what it was just now. */
function lowest(measured: Effect[], consecutive: number): Reached | null {
  const reached = Array.from({ length: consecutive }, (_, i) =>
    measured[i] ? levelOf(measured[i], measured[i + 1]) : null,
  );
  if (reached.includes(null)) return null;
  const levels = reached.map((one) => one!.level).sort((a, b) => order[a] - order[b]);
  return { level: levels[0], by: reached[0]!.by };
}

/**
 * The newest `most` measurements of every pair, newest first; looks no further back than it takes. Those of epoch 0 count
 * for nothing: before training, random filters are swayed by anything.
 */
function newest({ observed, pairs }: History, most: number): Map<string, Effect[]> {
  const found = new Map<string, Effect[]>();
  let complete = 0;
  for (let i = observed.length - 1; i >= 0 && complete < pairs; i--) {
    const { epoch, step, effects } = observed[i];
    if (epoch === 0) continue;
    for (const effect of effects) {
      const key = `${effect.segment}\0${effect.className}`;
      const measured = found.get(key) ?? [];
      if (measured.length === most) continue;
      measured.push({ ...effect, epoch, step });
      found.set(key, measured);
      if (measured.length === most) complete++;
    }
  }
  return found;
}
