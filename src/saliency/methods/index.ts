import { SatwatchError, suggest } from '../../errors.js';
import type { SaliencyMethod } from '../types.js';
import { deconvnet } from './deconvnet.js';
import { deepLift } from './deepLift.js';
import { deepTaylor } from './deepTaylor.js';
import { epsilonAlpha2Beta1Box } from './epsilonAlpha2Beta1Box.js';
import { epsilonAlpha2Beta1Flat } from './epsilonAlpha2Beta1Flat.js';
import { epsilonPlus } from './epsilonPlus.js';
import { epsilonPlusFlat } from './epsilonPlusFlat.js';
import { expectedGradients } from './expectedGradients.js';
import { gradCam } from './gradCam.js';
import { gradCamPlusPlus } from './gradCamPlusPlus.js';
import { gradient } from './gradient.js';
import { guidedBackprop } from './guidedBackprop.js';
import { inputXGradient } from './inputXGradient.js';
import { integratedGradients } from './integratedGradients.js';
import { lrpAlpha1Beta0 } from './lrpAlpha1Beta0.js';
import { lrpAlpha2Beta1 } from './lrpAlpha2Beta1.js';
import { lrpEpsilon } from './lrpEpsilon.js';
import { lrpGamma } from './lrpGamma.js';
import { lrpZ } from './lrpZ.js';
import { lrpZPlus } from './lrpZPlus.js';
import { occlusion } from './occlusion.js';
import { segmentAblation } from './segmentAblation.js';
import { segmentShapleyMap } from './segmentShapley.js';
import { smoothgrad } from './smoothgrad.js';
import { smoothgradSquared } from './smoothgradSquared.js';
import { vargrad } from './vargrad.js';

/** Every saliency method by its name; a new one is its file and a line here. */
export const saliencyMethods: Record<string, SaliencyMethod> = Object.fromEntries(
  [
    gradient,
    inputXGradient,
    integratedGradients,
    smoothgrad,
    smoothgradSquared,
    vargrad,
    expectedGradients,
    occlusion,
    segmentShapleyMap,
    segmentAblation,
    guidedBackprop,
    deconvnet,
    lrpZ,
    lrpEpsilon,
    lrpZPlus,
    lrpAlpha1Beta0,
    lrpAlpha2Beta1,
    lrpGamma,
    epsilonPlus,
    epsilonPlusFlat,
    epsilonAlpha2Beta1Flat,
    epsilonAlpha2Beta1Box,
    deepTaylor,
    deepLift,
    gradCam,
    gradCamPlusPlus,
  ].map((method) => [method.name, method]),
);

/** @throws SatwatchError UNKNOWN_METHOD, naming the nearest one */
export function methodNamed(name: string): SaliencyMethod {
  if (typeof name === 'string' && Object.hasOwn(saliencyMethods, name)) return saliencyMethods[name];
  throw new SatwatchError(
    'UNKNOWN_METHOD',
    `method: unknown method '${name}'; ${suggest(String(name), Object.keys(saliencyMethods))}`,
    name,
  );
}
