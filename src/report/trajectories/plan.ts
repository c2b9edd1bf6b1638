import { listed, quoted } from '../format.js';
import type { ReportedAlert, ReportedSegment, RunReport } from '../readReport.js';

/** As many lines as can be followed. */
const mostLines = 30;
const mostPoints = 600;

/** What a picture of the trajectories shows. */
export interface Plan extends RunReport {
  /** The best ranked, and those of alerts. */
  drawn: ReportedSegment[];
  /** Drawn thick, with chance rank and the references' band. */
  bold: ReportedSegment[];
  /** Measured, and not drawn. */
  others: number;
}

export function planOf(report: RunReport): Plan {
  const thin = thinned(report);
  const measured = thin.segments.filter(({ ranks }) => ranks.some((value) => value !== null));
  const bold = emphasised(measured, thin.alerts);
  const drawn = measured.filter((segment, i) => i < mostLines || bold.includes(segment));
  return { ...thin, drawn, bold, others: measured.length - drawn.length };
}

/** Those of alerts, else suspects, else the best ranked: three at most, whose chance rank can still be told apart. */
function emphasised(
  measured: readonly ReportedSegment[],
  alerts: readonly ReportedAlert[],
): ReportedSegment[] {
  const alarming = [...new Set(alerts.map(({ segment }) => segment))].flatMap(
    (name) => measured.find(({ segment }) => segment === name) ?? [],
  );
  const suspects = measured.filter(({ role }) => role === 'suspect');
  return [alarming, suspects, measured.slice(0, 1)].find((list) => list.length > 0)?.slice(0, 3) ?? [];
}

/** More points than pixels say nothing; the first and the last observation are always kept. */
function thinned(report: RunReport): RunReport {
  const step = Math.ceil(report.epochs.length / mostPoints);
  if (step === 1) return report;
  const kept = <T>(list: readonly T[]) =>
    list.filter((_, i) => i === 0 || (list.length - 1 - i) % step === 0);
  return {
    ...report,
    epochs: kept(report.epochs),
    segments: report.segments.map((segment) => ({
      ...segment,
      ranks: kept(segment.ranks),
      chanceRanks: kept(segment.chanceRanks),
      band: kept(segment.band),
    })),
  };
}

export const hasBand = ({ band }: ReportedSegment) => band.some((one) => one !== null);

/** What the picture shows, for a caption. */
export function trajectoriesCaption(report: RunReport): string {
  const { bold, drawn, others, references } = planOf(report);
  return [
    'Mean rank of each segment over the images that show it; 1, on top, is the most influential.',
    ...(bold.length
      ? [
          `Dashed: the chance rank of ${listed(bold.map(({ segment }) => quoted(segment)))}, which the same maps give when they are shifted at random.`,
        ]
      : []),
    ...(bold.some(hasBand)
      ? [`Shaded: from the lowest to the highest of ${listed(references.map(quoted))}.`]
      : []),
    ...(others > 0
      ? [
          `Drawn are ${drawn.length} of ${drawn.length + others} segments, the best ranked and those of alerts.`,
        ]
      : []),
  ].join(' ');
}
