import type { Tf } from '../backend/types.js';
import { SatwatchError } from '../errors.js';
import { type Model, methodNamed, type Score, saliencyMethods } from '../saliency/index.js';
import type { ProbeSet } from '../types.js';
import { ablate, type Effects, faithfulness } from './ablation.js';
import { agreement, meanRanks, type SegmentRank } from './agreement.js';
import { mean, median } from './average.js';
import { completenessGap } from './completeness.js';
import { observe } from './observe.js';
import { type Recommendation, recommend } from './recommend.js';
import { fails, type Sanity, sanityOf, type Tried } from './sanity.js';
import { type Scene, type SceneOptions, setScene } from './scene.js';
import { setUp } from './setup.js';

export interface CompareOptions extends SceneOptions {
  /** Default: all. */
  methods?: readonly string[];
  /** What is being done, for a display. */
  on?(what: string, method: string): void;
}

/** What was found out about one method. */
export interface MethodReport {
  method: string;
  /** What it was given beside its defaults. */
  given: Record<string, string | number>;
  /** Another than was asked for where it has no map for that. */
  score: Score;
  /** A picture, ms: the median over batches. */
  milliseconds: number;
  /** Gradients a picture, as budgets count them. */
  gradients: number;
  /** Mean Kendall tau-b of its segments' mean ranks with those of the other methods. */
  agreement: number | null;
  /** null where it promises no sum. */
  completenessGap: number | null;
  /** null where the model's weights cannot be drawn anew. */
  sanity: Sanity | null;
  /**
   * Mean Kendall tau-b with the effects of filling segments: of its ranks, and of their chance ranks. `beyond`: the first
   * less the second, where that is positive.
   */
  ablation: { tau: number; bySize: number; beyond: number } | null;
  /** It changes segments itself, so that the ablation is no judge of it. */
  readsMasks: boolean;
  ranks: SegmentRank[];
}

export interface Comparison {
  /** Pictures that all methods were compared on. */
  images: number;
  score: Score;
  target: SceneOptions['target'];
  /** The recommended one first, then by their agreement with the ablation beyond sizes; those that fail the sanity check last. */
  methods: MethodReport[];
  /** Methods that refused this model, with what they said. */
  refused: { method: string; code: string | null; reason: string }[];
  kendallW: number | null;
  recommendation: Recommendation;
}

/**
 * Compares saliency methods on one model and the pictures of a probe set: cost, agreement, completeness, the sanity check
 * by random weights, and whether ranks agree with what filling a segment does to the score. The model's weights are the
 * same afterwards.
 * @throws SatwatchError UNKNOWN_METHOD, MODEL_INPUT, MODEL_OUTPUT, BAD_OPTION, PROBE_INVALID, IMAGE_UNREADABLE, and what
 *   the first method said where all refuse
 */
export async function compareMethods(
  tf: Tf,
  model: Model,
  probe: ProbeSet,
  options: CompareOptions,
): Promise<Comparison> {
  const names = [...new Set(options.methods ?? Object.keys(saliencyMethods))];
  for (const name of names) methodNamed(name);
  const on = options.on ?? (() => {});
  const scene = await setScene(tf, model, probe, options);
  const tried: Tried[] = [];
  const refused: Comparison['refused'] = [];
  let first: unknown;
  try {
    for (const name of names) {
      on('maps', name);
      try {
        tried.push(await tryMethod(name, scene));
      } catch (error) {
        first ??= error;
        refused.push({ method: name, ...saidBy(error) });
      }
    }
    if (tried.length === 0) throw first;
    const sanity = await sanityOf(scene, tried, (name) => on('random weights', name));
    const ranks = tried.map(({ seen }) => meanRanks(seen, probe.segmentNames));
    const { kendallW, withOthers } = agreement(ranks);
    const effects = new Map<Score, Effects[]>();
    const candidates = [];
    for (const [m, one] of tried.entries()) {
      const { method, score } = one.setup;
      on('ablation', method.name);
      if (!effects.has(score)) effects.set(score, await ablate(scene, score));
      const faithful = faithfulness(one.seen, effects.get(score)!);
      const ablation = averaged(faithful);
      const report: MethodReport = {
        ...(await own(scene, one)),
        agreement: withOthers[m],
        sanity: sanity?.[m] ?? null,
        ablation,
        ranks: ranks[m],
      };
      const size = ablation ? ablation.tau - ablation.beyond : 0;
      candidates.push({ report, beyond: faithful.map((entry) => entry && entry.ranks - size) });
    }
    const recommendation = recommend(candidates, options.score);
    const place = (report: MethodReport) =>
      report.method === recommendation.method ? -1 : fails(report.sanity) ? 1 : 0;
    const beyond = ({ ablation }: MethodReport) => ablation?.beyond ?? Number.NEGATIVE_INFINITY;
    return {
      images: scene.chosen.length,
      score: options.score,
      target: options.target,
      methods: candidates
        .map(({ report }) => report)
        .sort((a, b) => place(a) - place(b) || (beyond(a) === beyond(b) ? 0 : beyond(b) - beyond(a))),
      refused,
      kendallW,
      recommendation,
    };
  } finally {
    for (const { setup } of tried) setup.dispose();
  }
}

/** Batches timed at least, where they are quick. */
const leastTimes = 3;
/** As long as that took less than this, in ms, it is done again for the sake of the times. */
const quick = 400;

async function tryMethod(name: string, scene: Scene): Promise<Tried> {
  const setup = await setUp(name, scene);
  try {
    // What it refuses, it refuses now; afterwards it is warm.
    await observe(scene, setup, 1);
    const { seen, times } = await observe(scene, setup);
    if (seen.every(({ sat }) => sat === null))
      throw new SatwatchError('NO_GRADIENT', 'its maps are not finite on any picture', name);
    while (times.length < leastTimes && times[0] * seen.length < quick)
      times.push(...(await observe(scene, setup)).times);
    return { setup, seen, milliseconds: median(times)! };
  } catch (error) {
    setup.dispose();
    throw error;
  }
}

async function own(scene: Scene, { setup, seen, milliseconds }: Tried) {
  const { method, options, given, score } = setup;
  const segments = scene.chosen.map((image) => scene.probe.images[image].segments);
  return {
    method: method.name,
    given,
    score,
    milliseconds,
    gradients: method.gradients({ ...options, ...(method.bySegments && { segments }) }),
    completenessGap: method.completeness ? await completenessGap(scene, setup, seen) : null,
    readsMasks: method.bySegments ?? false,
  };
}

function averaged(faithful: ReturnType<typeof faithfulness>): MethodReport['ablation'] {
  const tau = mean(faithful.map((entry) => entry?.ranks ?? null));
  const bySize = mean(faithful.map((entry) => entry?.chance ?? null)) ?? 0;
  return tau === null ? null : { tau, bySize, beyond: tau - Math.max(0, bySize) };
}

/** The refusal's first clause, without the method's name: `method 'x' needs …; do …` → `needs …`. */
function saidBy(error: unknown): { code: string | null; reason: string } {
  const words = error instanceof Error ? error.message : String(error);
  const [reason] = words.split('\n')[0].split(/[;(]|\. /);
  return {
    code: error instanceof SatwatchError ? error.code : null,
    reason: reason.replace(/^method '[^']*':? /, '').trim(),
  };
}
