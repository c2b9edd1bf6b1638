import { latest } from '../history.js';
import { type CommonOptions, defineRule, type Rule, round } from '../rule.js';

/** The names under which tfjs logs a training accuracy. */
const accuracyNames = [
  'acc',
  'accuracy',
  'categoricalAccuracy',
  'sparseCategoricalAccuracy',
  'binaryAccuracy',
];

/**
 * The accuracy on the probe set is near chance (within two standard errors of the largest class' share) while the
 * training's is at least half-way from there to 1: the probe pictures do not reach the model as the training's do.
 */
export function probeAccuracy(options: CommonOptions = {}): Rule {
  // Two in a row: batch norm's moving statistics are of little worth after the first epoch.
  const defaults = { level: 'warning', consecutive: 2, cooldown: 0 } as const;
  return defineRule('probeAccuracy', options, defaults, [], (o) => ({
    evaluate(history) {
      const { probeAccuracy: accuracy, metrics } = latest(history);
      const training = accuracyNames.map((name) => metrics[name]).find((value) => value != null);
      if (accuracy === null || training == null) return [];
      const { classCounts } = history.probe;
      const images = classCounts.reduce((a, b) => a + b, 0);
      const chance = Math.max(...classCounts) / images;
      const near = chance + 2 * Math.sqrt((chance * (1 - chance)) / images);
      if (accuracy > near || training < chance + (1 - chance) / 2) return [];
      return [
        {
          segment: null,
          className: null,
          level: o.level,
          from: training,
          to: accuracy,
          severity: training - accuracy,
          message:
            `accuracy on the probe set is ${round(100 * accuracy)} % (chance: ${round(100 * chance)} %) while training's is ` +
            `${round(100 * training)} %: the scaling or the labels differ (check inputRange and the order of the class names), or the training leans on what does not tell the probe's classes apart`,
          evidence: { chance, training, images },
        },
      ];
    },
  }));
}
