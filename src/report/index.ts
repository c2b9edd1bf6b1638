export {
  compareSegments,
  comparisonWords,
  type SegmentComparison,
} from './compareSegments.js';
export { criticalDifferenceSvg, type DiagramOptions } from './criticalDifference.js';
export { htmlPolicy, htmlReport } from './html.js';
export { type MarkdownOptions, markdownReport } from './markdown.js';
export {
  type ReportedAlert,
  type ReportedSegment,
  type RunReport,
  readReport,
} from './readReport.js';
export { trajectoriesSvg } from './trajectories/index.js';
export { verdict } from './verdict.js';
