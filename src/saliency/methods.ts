import { SatwatchError, suggest } from '../errors.js';
import { gradient } from './gradient.js';
import { inputXGradient } from './inputXGradient.js';
import { integratedGradients } from './integratedGradients.js';
import type { SaliencyMethod } from './types.js';

/** Every saliency method by its name; a new one is its file and a line here. */
export const saliencyMethods: Record<string, SaliencyMethod> = Object.fromEntries(
  [gradient, inputXGradient, integratedGradients].map((method) => [method.name, method]),
);

/** @throws SatwatchError UNKNOWN_METHOD, naming the nearest one */
export function methodNamed(name: string): SaliencyMethod {
  if (Object.hasOwn(saliencyMethods, name)) return saliencyMethods[name];
  throw new SatwatchError(
    'UNKNOWN_METHOD',
    `method: unknown method '${name}'; ${suggest(name, Object.keys(saliencyMethods))}`,
    name,
  );
}
