import { join } from 'node:path';

/** The one version of the binding: another tfjs-core beside ours would be a second, unshared registry of backends. */
export const version = '4.22.0';

export type NativePackage = 'tfjs-node' | 'tfjs-node-gpu';

/** By preference, as `loadBackend` takes them. */
export const nativePackages: readonly NativePackage[] = ['tfjs-node-gpu', 'tfjs-node'];

/** Of Node's ABI for addons: the newest that tfjs-node 4.22 names. One addon serves every Node from 20 on. */
export const napi = 8;

/** Where the package looks for it: by the newest ABI that it names and Node has, and every Node from 20 on has 8. */
export const addonPath = (home: string) => join(home, `lib/napi-v${napi}/tfjs_binding.node`);
