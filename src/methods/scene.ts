import type { Tf } from '../backend/types.js';
import { SatwatchError } from '../errors.js';
import { checkInput, checkOutput, modelInput } from '../monitor/model.js';
import { ModelPixels } from '../monitor/pixels.js';
import { predictor } from '../monitor/predict.js';
import { batchSize, headOf, largest, type Model, type Score } from '../saliency/index.js';
import type { ProbeSet } from '../types.js';
import { sample } from './sample.js';

export interface SceneOptions {
  inputRange: [low: number, high: number];
  /** Probe pictures looked at. */
  images: number;
  target: 'label' | 'predicted' | number;
  score: Score;
  /** Which output of a model with several has the class scores. */
  output?: string | number | undefined;
  seed: number;
}

/** What a picture is explained for: the class, and the strongest other one as the trained model sees it. */
export interface Explained {
  target: number;
  other: number;
}

/** Where all methods are compared: one model, and a few pictures of one probe set. */
export interface Scene extends SceneOptions {
  tf: Tf;
  model: Model;
  probe: ProbeSet;
  pixels: ModelPixels;
  /** Indices into the probe's images; what follows has an entry for each. */
  chosen: number[];
  explained: Explained[];
  answers: Answer[];
  /** What the model says of pictures, h·w·c floats each in its range. */
  ask(pictures: readonly Float32Array[]): Promise<Answer[]>;
}

/** Of one picture, a value a class. */
interface Answer {
  logits: Float32Array;
  probabilities: Float32Array;
}

/** @throws SatwatchError MODEL_INPUT, MODEL_OUTPUT, BAD_OPTION, PROBE_INVALID, IMAGE_UNREADABLE */
export async function setScene(tf: Tf, model: Model, probe: ProbeSet, options: SceneOptions): Promise<Scene> {
  checkInput(modelInput(model, {}), probe);
  const { seed, target } = options;
  const chosen = sample(probe, options.images, seed);
  if (chosen.length < 2)
    throw new SatwatchError(
      'PROBE_INVALID',
      `probe: ${chosen.length} of its ${probe.images.length} pictures show two segments or more, expected at least 2: ranks need segments to compare`,
      'probe',
    );
  const { height, width, channels } = probe;
  const size = batchSize([1, height, width, channels]);
  const predict = predictor(tf, headOf(tf, model, headOptions(options)), probe);
  const ask = async (pictures: readonly Float32Array[]) => {
    const answers: Answer[] = [];
    for (let start = 0; start < pictures.length; start += size) {
      const now = pictures.slice(start, start + size);
      const { logits, probabilities } = await predict(joined(now), now.length);
      const classes = logits.length / now.length;
      const row = (of: Float32Array, i: number) => of.slice(i * classes, (i + 1) * classes);
      for (const i of now.keys())
        answers.push({ logits: row(logits, i), probabilities: row(probabilities, i) });
    }
    return answers;
  };

  const pixels = new ModelPixels(tf, probe, { inputRange: options.inputRange, preprocess: undefined });
  const answers: Answer[] = [];
  for await (const { count, values } of pixels.batches(chosen, size)) {
    const [failure] = pixels.takeFailures().values();
    if (failure) throw failure;
    const length = values.length / count;
    answers.push(
      ...(await ask(Array.from({ length: count }, (_, i) => values.subarray(i * length, (i + 1) * length)))),
    );
  }
  const classes = answers[0].logits.length;
  checkOutput(classes, probe);
  if (typeof target === 'number' && target >= classes)
    throw new SatwatchError(
      'BAD_OPTION',
      `target: got class ${target}, but the model has ${classes} classes (0 to ${classes - 1})`,
      'target',
    );
  const explained = answers.map(({ logits }, i): Explained => {
    const label = probe.images[chosen[i]].label;
    const own = target === 'label' ? label : target === 'predicted' ? largest(logits, -1) : target;
    return { target: own, other: largest(logits, own) };
  });
  return { ...options, tf, model, probe, pixels, chosen, explained, answers, ask };
}

/** Those that `attribute` and `headOf` take. */
export const headOptions = ({ output }: Pick<SceneOptions, 'output'>) =>
  output === undefined ? {} : { output };

/** f of a picture, from the model's answer to it: the other class of a margin stays what it was. */
export function scoreOf(
  { logits, probabilities }: Answer,
  { target, other }: Explained,
  score: Score,
): number {
  if (score === 'probability') return probabilities[target];
  return logits[target] - (score === 'margin' && other >= 0 ? logits[other] : 0);
}

/** Pictures as one batch. */
export function joined(pictures: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(pictures.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const picture of pictures) {
    all.set(picture, at);
    at += picture.length;
  }
  return all;
}
