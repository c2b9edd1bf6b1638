/** What must be the same for the numbers of two runs, or of two lives of one, to mean the same. */
const measuring = [
  'method',
  'methodOptions',
  'score',
  'target',
  'inputRange',
  'preprocess',
  'features',
  'forward',
  'output',
  'seed',
  'budget',
];
/** As the user wrote them. */
const written: Record<string, string> = {
  budget: 'reliance.budget',
  everyEpochs: 'every',
  everyBatches: 'every.batches',
};

interface Described {
  config: Record<string, unknown>;
  model: Record<string, unknown>;
}

/**
 * In words, in which options and in what of its architecture a run was another than it is here.
 * @param more names of options that count too
 */
export function measuredOtherwise(
  before: Described,
  here: Described,
  more: readonly string[] = [],
): string[] {
  const found: string[] = [];
  const compare = (names: readonly string[], its: Record<string, unknown>, own: Record<string, unknown>) => {
    for (const name of names) {
      const [was, is] = [its[name], own[name]].map((value) => JSON.stringify(value ?? null));
      if (was !== is) found.push(`${written[name] ?? name} was ${short(was)}, here it is ${short(is)}`);
    }
  };
  compare([...measuring, ...more], before.config, here.config);
  compare(['model', 'layers', 'parameters'], architecture(before.model), architecture(here.model));
  return found;
}

/** `fit` hands out a sequential model as the functional one inside it, which has an input layer more. */
function architecture({ kind, layers, parameters }: Record<string, unknown>): Record<string, unknown> {
  if (!Array.isArray(layers)) return { model: kind };
  return { model: 'layers', layers: layers.filter((layer) => layer !== 'InputLayer'), parameters };
}

const short = (json: string) => (json.length > 60 ? `${json.slice(0, 57)}…` : json);
