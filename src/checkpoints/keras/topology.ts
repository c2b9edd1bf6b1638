import { SatwatchError } from '../../errors.js';
import { type LayerJson, layers, scalarOperations, Untranslatable } from './layers.js';

/** Where a layer's weights are found. */
export interface Leaf {
  /** Names from the outermost model inwards; the last is the layer's own. */
  names: string[];
  /** Its place in the weights of a `.keras` file, such as `layers/conv2d_1/vars`. */
  path: string;
  /** Weights that are not in the file, by the layer's name for them: all of them one number, or the list. */
  weights?: Record<string, number | number[]>;
}

export interface Topology {
  /** The model as `tf.models.modelFromJSON` reads it. */
  json: { class_name: string; config: Record<string, unknown> };
  /** All layers that are not models themselves. */
  leaves: Leaf[];
}

const models = new Set(['Sequential', 'Functional', 'Model']);

/**
 * A Keras model's JSON, of Keras 2 or 3, in the form that TensorFlow.js reads (that of Keras 2): other names for the
 * input's shape, connections as lists, no policies, and only layers that TensorFlow.js computes alike.
 *
 * @param keras major version
 * @throws SatwatchError CHECKPOINT_UNREADABLE naming the layer that cannot be had
 */
export function translateModel(model: LayerJson, keras: number): Topology {
  if (models.has(model?.class_name) && !layersOf(model))
    throw new SatwatchError(
      'CHECKPOINT_UNREADABLE',
      `the model has no list of layers, each with its config: the file is damaged; save the model again`,
      model.class_name,
    );
  if (!models.has(model?.class_name))
    throw new SatwatchError(
      'CHECKPOINT_UNREADABLE',
      `the model is a ${model?.class_name}; only Sequential and Functional models can be read from a Keras file. ${otherwise}`,
      model?.class_name,
    );
  const leaves: Leaf[] = [];
  return { json: translate(model, keras, { names: [], path: '' }, leaves), leaves };
}

/** What to do about a model that cannot be read. */
export const otherwise =
  'Save it as a SavedModel (model.export(folder)) and install the converter, `pip install tensorflowjs`: see docs/watch.md';

function translate(model: LayerJson, keras: number, at: Leaf, leaves: Leaf[]): Topology['json'] {
  const { config } = model;
  const listed = layersOf(model);
  if (!listed) throw new Untranslatable('has no list of layers, each with its config');
  const unique = counter();
  const inner = new Set(listed.filter(isModel).map((child) => child.config.name));
  // TensorFlow.js counts, as Keras 2 did, the making of a model as its first call.
  const call = ([layer, index, tensor]: [string, number, number]) => [
    layer,
    index + Number(keras >= 3 && inner.has(layer)),
    tensor,
  ];
  const refused = (name: string, { class_name }: LayerJson, what: string) =>
    new SatwatchError(
      'CHECKPOINT_UNREADABLE',
      `layer '${name}' (${class_name}): ${what}. ${otherwise}`,
      name,
    );
  const children = listed.map((child) => {
    const name = child.config.name ?? child.name;
    const here = (path: string) => ({ names: [...at.names, name], path });
    try {
      const scalar = scalarOperation(child);
      const translated = (() => {
        if (child.class_name === 'InputLayer') return input(child.config);
        if (scalar) return { class_name: 'Rescaling', config: scalar };
        const folder = `${at.path}layers/${unique(snakeCase(child.class_name))}/`;
        if (isModel(child)) return translate(child, keras, here(folder), leaves);
        const { className, config: options, weights } = translation(child)(child.config, keras);
        leaves.push({ ...here(`${folder}vars`), weights });
        const size = child.config.batch_input_shape;
        return { class_name: className, config: { ...options, ...(size && { batch_input_shape: size }) } };
      })();
      const named = { ...translated, config: { ...translated.config, name }, name };
      return child.inbound_nodes ? { ...named, inbound_nodes: connections(child, call) } : named;
    } catch (error) {
      if (!(error instanceof Untranslatable)) throw error;
      throw refused(name, child, error.message);
    }
  });
  if (model.class_name !== 'Sequential')
    checkConnections(children as Connected[], (i, what) => refused(children[i].name, listed[i], what));
  const ends = ['input_layers', 'output_layers'].flatMap((key) =>
    config[key] ? [[key, tensorList(config[key]).map(call)]] : [],
  );
  return {
    class_name: model.class_name === 'Sequential' ? 'Sequential' : 'Model',
    config: { ...(config.name && { name: config.name }), layers: children, ...Object.fromEntries(ends) },
  };
}

function isModel({ class_name }: LayerJson): boolean {
  return models.has(class_name);
}

function translation({ class_name, module }: LayerJson) {
  const known = Object.hasOwn(layers, class_name) && (module == null || /^(tf_)?keras(\.|$)/.test(module));
  if (!known || module?.includes('.ops.')) throw new Untranslatable('cannot be read in TensorFlow.js');
  return layers[class_name];
}

function input(config: Record<string, any>): Topology['json'] {
  const shape = config.batch_shape ?? config.batch_input_shape;
  return { class_name: 'InputLayer', config: { batch_input_shape: shape, dtype: 'float32', sparse: false } };
}

/** Keras before 2.2.3 wrote the layers of a Sequential as its whole config. undefined where they are none. */
function layersOf({ config }: LayerJson): LayerJson[] | undefined {
  const found = Array.isArray(config) ? config : config?.layers;
  const whole = Array.isArray(found) && found.every((child) => child?.class_name && child.config);
  return whole ? found : undefined;
}

/** The ends of a model: one tensor, a list, or by name. */
function tensorList(ends: any): [string, number, number][] {
  if (!Array.isArray(ends)) return inOrder(ends).flatMap(tensorList);
  return typeof ends[0] === 'string' ? [ends as [string, number, number]] : ends.flatMap(tensorList);
}

/** A node is a list of tensors `[layer, call, tensor, {}]`. Keras 3 nests them in the arguments of the call instead. */
function connections({ inbound_nodes }: LayerJson, call: (tensor: any) => unknown[]): unknown[] {
  return inbound_nodes!.map((node: any) => {
    if (Array.isArray(node)) return node.map((tensor) => [...call(tensor), {}]);
    const { mask, ...named } = node?.kwargs ?? {};
    if (tensorsOf(mask).length > 0) throw new Untranslatable('a call with a mask is not in TensorFlow.js');
    return tensorsOf([node?.args, named]).map((tensor) => [...call(tensor), {}]);
  });
}

function tensorsOf(value: any): unknown[][] {
  if (Array.isArray(value)) return value.flatMap(tensorsOf);
  if (value?.class_name === '__keras_tensor__') return [value.config.keras_history];
  return typeof value === 'object' && value !== null ? inOrder(value).flatMap(tensorsOf) : [];
}

/** The values of a dictionary as Keras flattens it. */
function inOrder(value: Record<string, any>): any[] {
  return Object.keys(value)
    .sort()
    .map((name) => value[name]);
}

type Node = [layer: string, call: number, ...unknown[]][];
interface Connected {
  name: string;
  class_name: string;
  inbound_nodes?: Node[];
}

/**
 * Makes the calls in the order in which TensorFlow.js will: it would look for ever for a tensor that never comes, and
 * numbers the calls of a layer as it makes them, which must be Keras' numbers.
 * @param refuse the error for a layer, by its place in the list
 */
function checkConnections(
  layers: readonly Connected[],
  refuse: (layer: number, what: string) => Error,
): void {
  // A model inside the model has been called once, when it was made.
  const first = (one: Connected) => Number(one.class_name === 'InputLayer' || models.has(one.class_name));
  const made = new Map(layers.map((one) => [one.name, first(one)]));
  const lost = (node: Node) => node.find(([layer, call]) => call >= (made.get(layer) ?? 0));
  const left = layers.map((one) =>
    (one.inbound_nodes ?? []).map((node, i) => ({ node, number: first(one) + i })),
  );
  for (const [i, { class_name }] of layers.entries())
    if (class_name !== 'InputLayer' && left[i].some(({ node }) => node.length === 0))
      throw refuse(i, 'one of its calls has no input');
  for (let more = true; more; ) {
    more = false;
    for (const [i, { name }] of layers.entries())
      left[i] = left[i].filter(({ node, number }) => {
        if (lost(node)) return true;
        const count = made.get(name)!;
        if (number !== count && node.length > 0) throw refuse(i, 'TensorFlow.js would mix up its calls');
        made.set(name, count + 1);
        more = true;
        return false;
      });
  }
  for (const [i, [call]] of left.entries()) {
    const [layer, number] = (call && lost(call.node)) ?? [];
    if (layer !== undefined)
      throw refuse(i, `its input, call ${number} of layer '${layer}', is not in the model`);
  }
}

/** Of a tensor and a number; such operations stand among the layers. */
function scalarOperation({ class_name, inbound_nodes = [] }: LayerJson) {
  const { args = [] } = (inbound_nodes as { args?: any[] }[])[0] ?? {};
  const [tensor, number] = args;
  const found = Object.hasOwn(scalarOperations, class_name) && tensor?.class_name === '__keras_tensor__';
  return found && typeof number === 'number' ? scalarOperations[class_name](number) : undefined;
}

/** Keras numbers layers of one class within a model: conv2d, conv2d_1, … */
function counter(): (name: string) => string {
  const used = new Map<string, number>();
  return (name) => {
    const before = used.get(name);
    used.set(name, (before ?? -1) + 1);
    return before === undefined ? name : `${name}_${before + 1}`;
  };
}

/** As Keras names the folders of its weights: MaxPooling2D → max_pooling2d. */
function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
