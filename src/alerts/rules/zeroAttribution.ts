import { latest } from '../history.js';
import { type CommonOptions, defineRule, type Rule } from '../rule.js';

export interface ZeroAttributionOptions extends CommonOptions {
  /** The largest |mean attribution| that still counts as zero. */
  below?: number;
}

/** No segment gets any attribution: the method or the scaling is wrong, or the model is cut off from the image. */
export function zeroAttribution(options: ZeroAttributionOptions = {}): Rule {
  const defaults = { level: 'warning', consecutive: 1, cooldown: 0, below: 1e-10 } as const;
  return defineRule<ZeroAttributionOptions>('zeroAttribution', options, defaults, ['below'], (o) => ({
    evaluate(history) {
      // Not Math.max(...): with a thousand classes there are more rows than a call takes arguments.
      let peak = Number.NEGATIVE_INFINITY;
      for (const { meanAttribution } of latest(history).rows)
        if (meanAttribution !== null) peak = Math.max(peak, Math.abs(meanAttribution));
      if (peak < 0 || peak >= o.below!) return [];
      return [
        {
          segment: null,
          className: null,
          level: o.level,
          from: null,
          to: peak,
          severity: -peak,
          message: `all attributions are near zero (at most ${peak.toExponential(1)}): ranks mean nothing; check inputRange, and whether the model is saturated or cut off from the image`,
          evidence: { below: o.below, largest: peak },
        },
      ];
    },
  }));
}
