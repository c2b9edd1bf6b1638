import type { Finding, Movers } from '../alerts/index.js';
import type { ProbeSet } from '../types.js';
import type { ImageMeasurement } from './measure.js';

/** Pictures kept with an alert. */
const most = 6;

/**
 * The images behind an alert, the most telling first. Of those that show its segment and concern its class (they are of
 * it, or are taken for it): where the segment ranks best, and at equal ranks where its attribution is largest; up to
 * half of them are other classes' images that are taken for the class, which is the harm done. An alert of the reliance
 * test shows first the class's images whose segment moves predictions most (`movers`). For an alert without a segment:
 * where the model is most wrong.
 */
export function telling(
  { rule, segment, className }: Pick<Finding, 'segment' | 'className'> & { rule: string },
  measured: readonly ImageMeasurement[],
  { classNames }: Pick<ProbeSet, 'classNames'>,
  movers: Movers,
): number[] {
  const all = measured.map((_, i) => i);
  if (segment === null) {
    const margin = (i: number) => measured[i].margin ?? Number.POSITIVE_INFINITY;
    return all.sort((a, b) => margin(a) - margin(b)).slice(0, most);
  }
  const rows = measured.map(({ sat }) => sat?.find((row) => row.segment === segment));
  const byRank = (a: number, b: number) =>
    rows[a]!.rank - rows[b]!.rank || Math.abs(rows[b]!.attribution) - Math.abs(rows[a]!.attribution);
  const showing = all.filter((i) => rows[i]).sort(byRank);
  if (className === null) return showing.slice(0, most);
  const label = classNames.indexOf(className);
  const taken = showing.filter((i) => measured[i].predicted === label && measured[i].label !== label);
  const moving =
    rule === 'reliance'
      ? movers.find((one) => one.segment === segment && one.className === className)?.images
      : undefined;
  const members = moving ?? showing.filter((i) => measured[i].label === label);
  const harmed = taken.slice(0, Math.max(most / 2, most - members.length));
  const shown = [...members.slice(0, most - harmed.length), ...harmed];
  return moving ? shown : shown.sort(byRank);
}
