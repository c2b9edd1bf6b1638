import { realpathSync } from 'node:fs';
import { buildAddon } from './addon.js';
import { failure } from './failure.js';
import { cudaLibraries, isCached, library } from './library.js';
import { linkedLibraries, linkLibraries } from './link.js';
import { hasWheel, refuseMachine, thisMachine } from './machine.js';
import { installPackage, runOwnInstaller } from './npm.js';
import { type NativePackage, version } from './packages.js';
import { declared, findPackage, type Project } from './project.js';
import { type Route, readStamp, type Stamp, writeStamp } from './stamp.js';
import { tryBinding } from './tryBinding.js';
import type { Voice } from './voice.js';

export interface Installed extends Stamp {
  /** Nothing had to be done. */
  already: boolean;
  /** package.json names it, so npm leaves it alone. */
  declared: boolean;
}

/**
 * Sees to it that the binding is in the project and computes: by the package's own installer where that can download,
 * else by TensorFlow's Python wheel. With `cuda` always by the wheel, and NVIDIA's libraries beside it.
 * @throws SatwatchError `BACKEND` with the obstacle as its `subject`
 */
export async function installNative(
  project: Project,
  name: NativePackage,
  { cuda, voice }: { cuda: boolean; voice: Voice },
): Promise<Installed> {
  const machine = thisMachine();
  refuseMachine(machine);
  if (cuda && !(hasWheel(machine) && machine.arch === 'x64'))
    throw failure(
      'platform',
      `--cuda: NVIDIA's wheels are for Linux x64; this is ${machine.platform} ${machine.arch}`,
    );
  const isDeclared = declared(project, `@tensorflow/${name}`) !== undefined;
  const result = (stamp: Stamp, already: boolean) => ({ ...stamp, already, declared: isDeclared });

  const sibling = name === 'tfjs-node' ? 'tfjs-node-gpu' : 'tfjs-node';
  const beside = stampOf(project, sibling);
  let found = findPackage(project, name);
  if (found?.version !== version) {
    if (found)
      voice.say(`@tensorflow/${name} ${found.version} is there; satwatch works with ${version} exactly`);
    await installPackage(project, name, voice);
    found = findPackage(project, name)!;
    // npm may have set the other package anew, without its addon.
    if (beside && !stampOf(project, sibling))
      await installNative(project, sibling, { cuda: beside.cuda, voice });
  }
  // Through links (pnpm): the addon's run path starts from where it really lies.
  const home = realpathSync(found.folder);
  const stamp = readStamp(home);
  if (stamp && (stamp.cuda || !cuda)) return result(stamp, true);

  /** The trial's word, kept where it is good. */
  async function attempt(): Promise<Stamp | string> {
    const trial = await tryBinding(project, name);
    if (!trial.works) return trial.problem;
    const linked = linkedLibraries(home);
    const route: Route = linked.wheel ? 'wheel' : 'own';
    const stamp = { route, cuda: linked.cuda, facts: trial.facts };
    writeStamp(home, stamp);
    return stamp;
  }

  const reasons: string[] = [];
  if (!cuda) {
    const before = await attempt();
    if (typeof before !== 'string') return result(before, true);
    // A library in the cache is nearer than any download.
    if (!(hasWheel(machine) && isCached(name))) {
      const trouble = await runOwnInstaller(project, name, home, voice);
      const after = trouble ?? (await attempt());
      if (typeof after !== 'string') return result(after, false);
      voice.say(`its own installer did not do: ${after}`);
      reasons.push(after);
    }
  }
  if (!hasWheel(machine))
    throw failure(
      'platform',
      `@tensorflow/${name}'s own installer did not do (${reasons.join('; ')}), and satwatch's other way, by the Python wheel, is for Linux x64 and arm64`,
    );
  const entries = [await library(name, voice)];
  if (cuda) entries.push(await cudaLibraries(entries[0], voice));
  linkLibraries(home, entries);
  await buildAddon(home, entries[0], voice);
  const last = await attempt();
  if (typeof last !== 'string') return result(last, false);
  throw failure(
    'check',
    `@tensorflow/${name} is installed, but a convolution with it fails: ${last}; \`satwatch native --clean\` and another try make everything anew`,
  );
}

function stampOf(project: Project, name: NativePackage): Stamp | undefined {
  const found = findPackage(project, name);
  return found && readStamp(realpathSync(found.folder));
}
