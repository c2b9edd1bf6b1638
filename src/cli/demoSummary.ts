import type { DemoEpoch, DemoTask } from '../demo/index.js';
import type { Alert } from '../types.js';

export interface DemoSummary {
  /** Plain English. */
  lines: string[];
  alerts: Pick<Alert, 'segment' | 'className' | 'epoch' | 'rule' | 'level'>[];
  /**
   * Share of right answers at the last epoch, on the test pictures of the class that the watermark does not belong to:
   * as they are, and the very same pictures with a watermark on each.
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
  const towards = alarm?.className ?? task.poisoned;
  const other = task.classNames.findIndex((name) => name !== towards);
  const [cleanAccuracy, stampedAccuracy] = measured(history[history.length - 1], other);
  const [t, o] = [towards, task.classNames[other]];

  const lines: string[] = [];
  if (alarm) {
    lines.push(
      `The alert came at epoch ${alarm.epoch} of ${history.length}: '${alarm.segment}' moves predictions towards '${t}'.`,
    );
    const then = history.find(({ epoch }) => epoch === alarm.epoch);
    if (then)
      lines.push(
        `Test accuracy on ${o} pictures without a watermark was ${percent(measured(then, other)[0])} then and is ${percent(cleanAccuracy)} at the end: it does not show the shortcut.`,
      );
  } else {
    lines.push(`No alarm for the watermark in ${history.length} epochs.`);
    lines.push(`Test accuracy on ${o} pictures without a watermark is ${percent(cleanAccuracy)} at the end.`);
  }
  lines.push(
    `With the watermark stamped on the same ${o} pictures, accuracy is ${percent(stampedAccuracy)} at the end` +
      `${lowest(history, other)}.`,
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

/** A shortcut may come and go; the epoch at which it cost most. */
function lowest(history: readonly DemoEpoch[], label: number): string {
  const loss = (epoch: DemoEpoch) => epoch.clean[label] - epoch.stamped[label];
  const worst = history.reduce((a, b) => (loss(b) > loss(a) ? b : a));
  if (worst === history[history.length - 1] || loss(worst) <= 0) return '';
  const [clean, stamped] = measured(worst, label);
  return ` (it cost most at epoch ${worst.epoch}: from ${percent(clean)} to ${percent(stamped)})`;
}

const measured = ({ clean, stamped }: DemoEpoch, label: number) => [clean[label], stamped[label]] as const;
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
