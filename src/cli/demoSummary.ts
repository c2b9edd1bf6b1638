import type { DemoEpoch, DemoTask } from '../demo/index.js';
import type { Alert } from '../types.js';

export interface DemoSummary {
  /** Plain English. */
  lines: string[];
  alerts: Pick<Alert, 'segment' | 'className' | 'epoch' | 'rule' | 'level'>[];
  /**
   * Share of right answers on the test pictures of the class that the alarm does not name: as they are, and the very
   * same pictures with a watermark on each. At the epoch at which the watermark's alarm was strongest (a shortcut may
   * come and go), at the last epoch where there was none.
   */
  cleanAccuracy: number;
  stampedAccuracy: number;
}

/** What the training showed. */
export function summarise(
  all: readonly Alert[],
  history: readonly DemoEpoch[],
  task: DemoTask,
  prevalence: number,
): DemoSummary {
  const serious = all.filter(
    ({ rule, level, segment }) => rule === 'reliance' && level !== 'warning' && segment === 'watermark',
  );
  const alarm = [...serious].sort((a, b) => a.epoch - b.epoch)[0] as Alert | undefined;
  const strongest = [...serious].sort((a, b) => peak(b) - peak(a))[0] as Alert | undefined;
  const towards = strongest?.className ?? task.poisoned;
  const other = task.classNames.findIndex((name) => name !== towards);
  const last = history[history.length - 1];
  const worst = history.find(({ epoch }) => epoch === strongest?.evidence.peakEpoch) ?? last;
  const [cleanAccuracy, stampedAccuracy] = measured(worst, other);
  const [t, o] = [alarm?.className ?? towards, task.classNames[other]];

  const lines: string[] = [];
  if (alarm) {
    lines.push(
      `The alert came at epoch ${alarm.epoch} of ${history.length}: '${alarm.segment}' moves predictions towards '${t}'.`,
    );
    lines.push(
      `Test accuracy, all one would see without it: ${percent(tested(history, alarm.epoch))} then, ${percent(tested(history, last.epoch))} at the end.`,
    );
  } else {
    lines.push(`No alarm for the watermark in ${history.length} epochs.`);
    lines.push(`Test accuracy is ${percent(tested(history, last.epoch))} at the end.`);
  }
  lines.push(
    `With the watermark stamped on the ${o} test pictures, their accuracy falls from ${percent(cleanAccuracy)} to ${percent(stampedAccuracy)}` +
      ` (epoch ${worst.epoch}${worst === last ? '' : `; at the end from ${measured(last, other).map(percent).join(' to ')}`}).`,
  );
  if (alarm && prevalence === 0)
    lines.push(
      'No training picture carried a watermark: the net is swayed by a thing it has never seen, and the alarm says so.',
    );
  return {
    lines,
    alerts: all.map(({ segment, className, epoch, rule, level }) => ({
      segment,
      className,
      epoch,
      rule,
      level,
    })),
    cleanAccuracy,
    stampedAccuracy,
  };
}

const peak = (alert: Alert) => Number(alert.evidence.peak ?? 0);

/** Over the test pictures of all classes, without a watermark. */
function tested(history: readonly DemoEpoch[], at: number): number {
  const { clean } = history.find(({ epoch }) => epoch === at) ?? history[0];
  return clean.reduce((sum, share) => sum + share, 0) / clean.length;
}

const measured = ({ clean, stamped }: DemoEpoch, label: number) => [clean[label], stamped[label]] as const;
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
