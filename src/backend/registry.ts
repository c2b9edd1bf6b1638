import type { Gradient, Kernel } from './kernel.js';
import type { Tf } from './types.js';

/** A kernel of one backend, or a gradient for all of them. `role` tells entries of one place apart. */
export type Entry = { role?: string } & ({ backend: string; kernel: Kernel } | { gradient: Gradient });

/** The backends that entries are for: tfjs's embedded one, and that of tfjs-node and tfjs-node-gpu. */
const backends = ['wasm', 'tensorflow'];

/** What tfjs's registry holds: opaque, compared by identity. */
type Config = object | undefined;

/** Known to every copy of this package: none stacks an entry on another's. */
const mark = Symbol.for('satwatch.entry');

/** What this package has put into tfjs's global registry of kernels and gradients, and what stood there before. */
export class Registry {
  private readonly placed = new Map<string, { entry: Entry; config: Config; before: Config }>();
  private readonly made = new Map<Entry, { before: Config; config: object }>();

  constructor(private readonly tf: Tf) {}

  /** Makes exactly `entries` stand there, a later one before an earlier; elsewhere what was there before them. */
  set(entries: readonly Entry[]): void {
    const wanted = new Map(entries.map((entry) => [placeOf(entry), entry]));
    for (const [place, { entry, config, before }] of this.placed) {
      if (wanted.has(place)) continue;
      this.placed.delete(place);
      // Whoever registered something meanwhile keeps it.
      if (this.get(entry) === config) this.put(entry, before);
    }
    for (const [place, entry] of wanted) {
      const old = this.placed.get(place);
      const current = this.get(entry);
      const untouched = old !== undefined && old.config === current;
      if (untouched && old.entry === entry) continue;
      if (!untouched && marked(current) === markOf(entry)) continue;
      const before = untouched ? old.before : current;
      const config = this.configOf(entry, before);
      this.put(entry, config);
      this.placed.set(place, { entry, config, before });
    }
  }

  private get(entry: Entry): Config {
    return 'kernel' in entry
      ? this.tf.getKernel(entry.kernel.name, entry.backend)
      : this.tf.getGradient(entry.gradient.name);
  }

  private put(entry: Entry, config: Config): void {
    const { tf } = this;
    // Taken out first: tfjs warns of whatever is registered over something.
    if ('kernel' in entry) {
      if (this.get(entry)) tf.unregisterKernel(entry.kernel.name, entry.backend);
      if (config) tf.registerKernel(config as Parameters<Tf['registerKernel']>[0]);
    } else {
      if (this.get(entry)) tf.unregisterGradient(entry.gradient.name);
      if (config) tf.registerGradient(config as Parameters<Tf['registerGradient']>[0]);
    }
  }

  /** The same object for the same entry over the same `before`: the registry comes back as it was, to the identity. */
  private configOf(entry: Entry, before: any): object {
    const made = this.made.get(entry);
    if (made && made.before === before) return made.config;
    const config = {
      ...('kernel' in entry
        ? kernelConfig(this.tf, entry.backend, entry.kernel, before)
        : gradientConfig(this.tf, entry.gradient, before)),
      [mark]: markOf(entry),
    };
    this.made.set(entry, { before, config });
    return config;
  }
}

function placeOf(entry: Entry): string {
  return 'kernel' in entry ? `${entry.backend} ${entry.kernel.name}` : `gradient ${entry.gradient.name}`;
}

function markOf({ role = 'training' }: Entry): string {
  return role;
}

function marked(config: any): string | undefined {
  return config?.[mark];
}

function kernelConfig(tf: Tf, backendName: string, { name, compute }: Kernel, before: any): object {
  return {
    kernelName: name,
    backendName,
    // A backend that starts later sets up what is registered then: the stock kernel is still called.
    setupFunc: before?.setupFunc,
    disposeFunc: before?.disposeFunc,
    kernelFunc: ({ inputs, attrs, backend }: { inputs: any; attrs: any; backend: any }) => {
      const call = { tf, backend, inputs, attrs, stock: () => before.kernelFunc({ inputs, attrs, backend }) };
      return tf.tidy(() => compute(call) as any);
    },
  };
}

/** On other backends, or where the kernel is missing that it rests on, the gradient from before. */
function gradientConfig(tf: Tf, { name, needs, saves, derive }: Gradient, before: any): object {
  return {
    kernelName: name,
    inputsToSave: present(saves.inputs),
    outputsToSave: saves.output ? [true] : undefined,
    gradFunc(dy: any, saved: any[], attrs: any) {
      const backend = tf.getBackend();
      const works = backends.includes(backend) && (!needs || tf.getKernel(needs, backend));
      return works ? derive({ tf, dy, saved, attrs }) : before.gradFunc(dy, saved, attrs);
    },
  };
}

/**
 * tfjs maps these names to the inputs of a call and clones what it gets, where an input that the call does without (the
 * scale of a batch normalisation) makes it throw: those are left out.
 */
function present(names: string[]): string[] {
  const map = (find: (name: string) => unknown) => names.map(find).filter((input) => input != null);
  return Object.assign([...names], { map });
}
