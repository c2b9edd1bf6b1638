import { SatwatchError } from '../errors.js';
import { type HeadOptions, isGraphModel, isLayersModel, type Model } from '../saliency/index.js';
import type { ProbeSet } from '../types.js';

/** What the model says of its own input: sizes it leaves open are undefined. */
export interface ModelInput {
  height?: number;
  width?: number;
  channels?: number;
}

/**
 * The size of picture the model takes. Nothing is known where a function (`features`, `forward`) stands before it.
 * @throws SatwatchError MODEL_INPUT for several inputs, or one that is no picture
 */
export function modelInput(model: Model, { features, forward }: HeadOptions): ModelInput {
  const first = features ?? model;
  if (forward || typeof first === 'function' || !(isLayersModel(first) || isGraphModel(first))) return {};
  const inputs = first.inputs as { name: string; shape?: (number | null)[] }[];
  if (inputs.length !== 1)
    throw new SatwatchError(
      'MODEL_INPUT',
      `model: has ${inputs.length} inputs (${inputs.map(({ name }) => name).join(', ')}), expected one picture; hand in forward: (model, images) => logits that fills in the others`,
      'inputs',
    );
  const shape = inputs[0].shape;
  if (!shape) return {};
  if (shape.length !== 4)
    throw new SatwatchError(
      'MODEL_INPUT',
      `model: its input is [${shape.map((d) => d ?? 'null')}], expected pictures [null, height, width, channels]; hand in features: images => …, or forward`,
      'inputs',
    );
  const [, height, width, channels] = shape.map((d) => (d == null || d < 0 ? undefined : d));
  return { height, width, channels };
}

/** @throws SatwatchError MODEL_INPUT naming both sides */
export function checkInput(input: ModelInput, probe: ProbeSet): void {
  for (const side of ['height', 'width', 'channels'] as const) {
    if (input[side] !== undefined && input[side] !== probe[side])
      throw new SatwatchError(
        'MODEL_INPUT',
        `the model takes pictures of ${input.height ?? 'any'}×${input.width ?? 'any'}×${input.channels ?? 'any'} (height × width × channels), the probe set has ${probe.height}×${probe.width}×${probe.channels}; load it with the model's size: loadProbeSet(path, { width, height, channels })`,
        side,
      );
  }
}

/** @throws SatwatchError MODEL_OUTPUT naming both sides */
export function checkOutput(classes: number, probe: ProbeSet): void {
  if (classes !== probe.classNames.length)
    throw new SatwatchError(
      'MODEL_OUTPUT',
      `the model has ${classes} classes, the probe set ${probe.classNames.length} (${probe.classNames.slice(0, 6).join(', ')}${probe.classNames.length > 6 ? ', …' : ''}); give the probe set the training's class names, in its order`,
      'classNames',
    );
}

/** Kind, layers and parameters, for the run's record. */
export function describeModel(model: Model): Record<string, unknown> {
  if (isLayersModel(model))
    return {
      kind: model.getClassName(),
      name: model.name,
      layers: model.layers.map((layer) => layer.getClassName()),
      parameters: model.countParams(),
    };
  return { kind: isGraphModel(model) ? 'GraphModel' : 'custom' };
}
