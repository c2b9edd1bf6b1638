import type { Tensor } from '@tensorflow/tfjs';
import type { Tf } from '../../backend/types.js';
import { readers } from '../network/layers.js';
import { refuse, shown } from '../optionChecks.js';

/** What a rule of one's own gets: what the layer computed, and what arrived at its output. */
export interface LayerRuleCall {
  tf: Tf;
  layer: unknown;
  inputs: Tensor[];
  output: Tensor;
  relevance: Tensor;
  /** Of something at the output: the layer's gradient to its inputs. */
  gradient(dy: Tensor): Tensor[];
}

/**
 * How relevance goes through a layer that satwatch does not know: 'pass' leaves it as it is (an elementwise activation),
 * 'move' takes it where the values came from (the layer's gradient), 'proportional' splits it in the proportion of what
 * the inputs gave (a linear layer), a function says it itself.
 */
export type LayerRule = 'pass' | 'move' | 'proportional' | ((call: LayerRuleCall) => Tensor[]);

const rules = new Map<string, LayerRule>();

/**
 * Registers the rule of a layer class that satwatch does not read for the LRP methods, Deep Taylor and DeepLIFT (which takes 'pass' as an activation
 * to rescale, 'move' and 'proportional' as linear, and no function).
 * @throws SatwatchError BAD_OPTION
 */
export function registerLayerRule(className: string, rule: LayerRule): void {
  if (typeof rule !== 'function' && !['pass', 'move', 'proportional'].includes(rule))
    refuse(`rule of '${className}'`, shown(rule), "'pass', 'move', 'proportional' or a function");
  if (Object.hasOwn(readers, className))
    refuse(
      `rule of '${className}'`,
      'a class that satwatch reads itself',
      'one of your own, with a static className of its own',
    );
  rules.set(className, rule);
}

export function layerRule(className: string): LayerRule | undefined {
  return rules.get(className);
}
