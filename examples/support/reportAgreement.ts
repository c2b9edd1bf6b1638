import { aggregateSats, type SatRow } from 'satwatch';
import { kendallTau, kendallW, wilcoxonSignedRank } from 'satwatch/stats';
import { printTable } from './printTable.js';

/** What one method says of the same photographs. */
export interface Ranking {
  name: string;
  family: string;
  /** null where its map is not finite. */
  sats: (SatRow[] | null)[];
  /** Chance rank of each segment; null where none was measured. */
  chance: Map<string, number> | null;
}

/**
 * Do the methods rank alike? Kendall's W over the methods of the mean ranks of `parts`, of the ranks in a single photograph,
 * and of the chance ranks; then Kendall's tau-b of two methods, the mean over the photographs.
 */
export function reportAgreement(rankings: Ranking[], parts: string[]): void {
  if (rankings.length < 2) return;
  const own = rankings.map(({ sats, chance }) => ({ ranks: meanRanks(sats), chance }));
  const measured = own.flatMap(({ ranks, chance }) => (chance ? { ranks, chance } : []));
  const perPhotograph = rankings[0].sats.flatMap((_, i) => {
    const table = rankings.map(({ sats }) => parts.map((part) => rankOf(sats[i], part)));
    return table.flat().every(Number.isFinite) ? kendallW(table) : [];
  });
  const w = <T>(list: T[], of: (one: T, part: string) => number) =>
    list.length > 1 ? kendallW(list.map((one) => parts.map((part) => of(one, part)))) : Number.NaN;
  console.log(
    `\nagreement of ${rankings.length} methods on ${parts.join(', ')}: Kendall's W, 0 = none, 1 = whole`,
  );
  printTable(
    Object.entries({
      'of the mean ranks': w(own, ({ ranks }, part) => ranks.get(part)!),
      [`of the ranks of a photograph, the mean of ${perPhotograph.length}`]: mean(perPhotograph),
      'of the chance ranks': w(measured, ({ chance }, part) => chance.get(part)!),
      'of mean rank − chance rank': w(
        measured,
        ({ ranks, chance }, part) => ranks.get(part)! - chance.get(part)!,
      ),
    }).map(([what, value]) => [what, value.toFixed(2)]),
  );

  const taus = rankings.map((a) => rankings.map((b) => (a === b ? Number.NaN : tauOf(a, b))));
  console.log('\nKendall tau-b of two methods on a photograph, the mean, in hundredths');
  printTable([
    ['', '', ...rankings.map((_, j) => String(j + 1)), 'mean'],
    ...rankings.map(({ name }, i) => [
      String(i + 1),
      name,
      ...taus[i].map(hundredths),
      hundredths(mean(taus[i])),
    ]),
  ]);

  const families = [...new Set(rankings.map(({ family }) => family))];
  console.log('\nthe same between families');
  printTable([
    ['', ...families],
    ...families.map((a) => [
      a,
      ...families.map((b) => {
        const between = taus.flatMap((row, i) =>
          rankings[i].family === a ? row.filter((_, j) => rankings[j].family === b) : [],
        );
        return hundredths(mean(between));
      }),
    ]),
  ]);
}

/** Do the two named parts come before the others? The lesser of the two beside the best other one, over photographs. */
export function reportFirst(rankings: Ranking[], named: string[], parts: string[]): void {
  console.log(`\n${named.join(' and ')}: the lesser of them beside the best other part`);
  printTable([
    ['method', 'lesser', 'other', 'before it', 'p (Wilcoxon, two-sided)'],
    ...rankings.map(({ name, sats }) => {
      const ranks = meanRanks(sats);
      const byRank = (list: string[]) => list.toSorted((a, b) => ranks.get(a)! - ranks.get(b)!);
      const lesser = byRank(named).at(-1)!;
      const [other] = byRank(parts.filter((part) => !named.includes(part)));
      const both = sats
        .map((sat) => [rankOf(sat, lesser), rankOf(sat, other)])
        .filter((pair) => pair.every(Number.isFinite));
      const { p } = wilcoxonSignedRank(
        both.map(([rank]) => rank),
        both.map(([, rank]) => rank),
      );
      const before = ranks.get(lesser)! < ranks.get(other)! ? 'yes' : 'no';
      return [name, lesser, other, before, p.toPrecision(2)];
    }),
  ]);
}

function tauOf(a: Ranking, b: Ranking): number {
  return mean(
    a.sats.map((sat, i) => {
      const names = sat?.map(({ segment }) => segment) ?? [];
      return kendallTau(
        names.map((name) => rankOf(sat, name)),
        names.map((name) => rankOf(b.sats[i], name)),
      ).tau;
    }),
  );
}

function meanRanks(sats: (SatRow[] | null)[]): Map<string, number> {
  return new Map(aggregateSats(sats, 'relative').map(({ segment, meanRank }) => [segment, meanRank!]));
}

const rankOf = (sat: SatRow[] | null, name: string) =>
  sat?.find(({ segment }) => segment === name)?.rank ?? Number.NaN;

function hundredths(tau: number): string {
  return Number.isNaN(tau) ? '·' : (100 * tau).toFixed(0);
}

/** Of what is a number: tau has none where all ranks are equal. */
function mean(values: number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}
