export type { Alternative } from './alternative.js';
export { benjaminiHochberg } from './benjaminiHochberg.js';
export { type BootstrapOptions, bootstrapMeanRanks } from './bootstrapMeanRanks.js';
export type { Series, Table } from './checks.js';
export { comparePairwise, type PairComparison } from './comparePairwise.js';
export {
  type CriticalDifference,
  type CriticalDifferenceOptions,
  criticalDifference,
} from './criticalDifference.js';
export { type Friedman, friedman, kendallW } from './friedman.js';
export { holm } from './holm.js';
export { kendallTau } from './kendall.js';
export { mannKendall } from './mannKendall.js';
export { nemenyi, nemenyiCriticalDifference } from './nemenyi.js';
export { clopperPearson, wilson } from './proportions.js';
export { signTest } from './signTest.js';
export { spearman } from './spearman.js';
export { theilSen } from './theilSen.js';
export { type WilcoxonOptions, wilcoxonSignedRank } from './wilcoxon.js';
