import { forward, jacobian, type Through } from './compute.js';
import { multipliers } from './deepLift.js';
import { cam, column, total } from './gradCam.js';
import { integrated } from './integratedGradients.js';
import { deepTaylorAnswer, layerwise } from './layerwise.js';
import { occlusion } from './occlusion.js';
import { alphaBeta, box, composite, epsilonRule, flatRule, gammaRule, zPlus, zRule } from './relevance.js';
import { type Answer, answer, filled, gradientAt, type Question, scored } from './score.js';

/** The gradient, but at a ReLU only what is positive, and for guided backprop only where the ReLU is open. */
const rectified =
  (guided: boolean): Through =>
  (step, dy, inputs, output, round) => {
    const { op } = step;
    if (op.kind !== 'activation' || op.name !== 'relu') return jacobian(step, dy, inputs, output, round);
    return [inputs[0].map((x, i) => (guided && !(x > 0 && x < op.ceiling!) ? 0 : Math.max(dy[i], 0)))];
  };

function deepLift(question: Question): Answer {
  const { net, image, options, round } = question;
  const b = filled(options.baseline, image);
  const reference = forward(net, b, round);
  const m = gradientAt(question, image, multipliers(reference));
  const map = m.map((value, i) => value * (image[i] - b[i]));
  return { ...answer(question, map), baselineScore: scored(question).at(b).score };
}

/** Every method that the literal program knows, by its name. */
export const literalMethods: Record<string, (question: Question) => Answer> = {
  gradient: (question) => answer(question, gradientAt(question, question.image)),
  'input-x-gradient': (question) => {
    const b = filled(question.options.baseline, question.image);
    const g = gradientAt(question, question.image);
    return answer(
      question,
      g.map((value, i) => value * (question.image[i] - b[i])),
    );
  },
  'integrated-gradients': integrated,
  'guided-backprop': (question) => answer(question, gradientAt(question, question.image, rectified(true))),
  deconvnet: (question) => answer(question, gradientAt(question, question.image, rectified(false))),
  'lrp-z': layerwise(() => composite(zRule, zRule)),
  'lrp-epsilon': layerwise(({ epsilon }) => composite(epsilonRule(epsilon), epsilonRule(epsilon))),
  'lrp-z-plus': layerwise(() => composite(zPlus, zPlus)),
  'lrp-alpha1-beta0': layerwise(() => composite(zPlus, zPlus)),
  'lrp-alpha2-beta1': layerwise(() => composite(alphaBeta(2, 1), alphaBeta(2, 1))),
  'lrp-gamma': layerwise(({ gamma }) => composite(gammaRule(gamma), gammaRule(gamma))),
  'epsilon-plus': layerwise(() => composite(zPlus, epsilonRule(1e-6))),
  'epsilon-plus-flat': layerwise(() => composite(zPlus, epsilonRule(1e-6), flatRule)),
  'epsilon-alpha2-beta1-flat': layerwise(() => composite(alphaBeta(2, 1), epsilonRule(1e-6), flatRule)),
  'epsilon-alpha2-beta1-box': layerwise(() => composite(alphaBeta(2, 1), epsilonRule(1e-6), box)),
  'deep-taylor': deepTaylorAnswer,
  'deep-lift': deepLift,
  'grad-cam': cam((_, gradient) =>
    gradient[0].map((_value, k) => total(column(gradient, k)) / gradient.length),
  ),
  'grad-cam-plus-plus': cam((activation, gradient) =>
    gradient[0].map((_value, k) => {
      const all = total(column(activation, k));
      return total(
        column(gradient, k).map((g) =>
          g === 0 ? 0 : (g ** 2 / (2 * g ** 2 + all * g ** 3 + 1e-6)) * Math.max(g, 0),
        ),
      );
    }),
  ),
  occlusion,
};
