import { consoleChannel } from './channels/console.js';
import { stopTraining } from './channels/stopTraining.js';
import { webhook } from './channels/webhook.js';
import type { Rule } from './rule.js';
import { outranks } from './rules/outranks.js';
import { probeAccuracy } from './rules/probeAccuracy.js';
import { rankShift } from './rules/rankShift.js';
import { rankThreshold } from './rules/rankThreshold.js';
import { reference } from './rules/reference.js';
import { reliance } from './rules/reliance.js';
import { zeroAttribution } from './rules/zeroAttribution.js';

export {
  type Channel,
  type ChannelLike,
  checkLevel,
  type DeliveryContext,
  DeliveryFailure,
  levelsFrom,
} from './channel.js';
export { type History, Kept, type Observed, type ReferenceRun, RowColumns } from './history.js';
export { marginOf } from './reliance/costs.js';
export type { Answer, Predict } from './reliance/measure.js';
export { type Measurements, type Movers, measureEffects, pairsOf } from './reliance/schedule.js';
export type { Finding, Rule } from './rule.js';

/** Pure functions of a run's history, one factory each. */
export const rules = {
  rankThreshold,
  rankShift,
  outranks,
  reliance,
  reference,
  zeroAttribution,
  probeAccuracy,
};

/** Where alerts go, one factory each. A plain function of an alert is a channel too. */
export const channels = { console: consoleChannel, webhook, stopTraining };

/** What watches without being asked: needs no configuration beyond roles, or reference runs. */
export function defaultRules({ hasReferences = false } = {}): Rule[] {
  return [reliance(), ...(hasReferences ? [reference()] : []), zeroAttribution(), probeAccuracy()];
}
