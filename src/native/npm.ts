import { existsSync, lstatSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { bytesOf } from './bytes.js';
import { failure } from './failure.js';
import { type NativePackage, nativePackages, version } from './packages.js';
import { declared, findPackage, type Project, refuseForeignProject } from './project.js';
import { lastWords, run } from './run.js';
import { refuseFull } from './space.js';
import type { Voice } from './voice.js';

/** Of the package with what it depends on. */
const room = 350e6;

/**
 * Installs the package without its script, and without a trace in package.json: a listed tfjs-node makes `npm ci` fail
 * wherever its own script cannot download.
 */
export async function installPackage(project: Project, name: NativePackage, voice: Voice): Promise<void> {
  refuseForeignProject(project, name);
  refuseFull(project.folder, room, 'free some');
  const has = (dependency: string) => isInstalled(project, dependency);
  const { dependencies = {}, devDependencies = {} } = project.manifest;
  const full = `@tensorflow/${name}`;
  const missing = Object.keys(dependencies).filter((other) => other !== full && !has(other));
  const takeOut =
    declared(project, full) === undefined
      ? ''
      : ` (where that fails by ${full}, take it out there: this command puts it back)`;
  // npm would install these too, and without their scripts.
  if (missing.length > 0)
    throw failure(
      'project',
      `${missing.slice(0, 3).join(', ')} of ${join(project.folder, 'package.json')} is not installed; run \`npm install\` first${takeOut}`,
    );
  const development = Object.keys(devDependencies);
  const production = development.length > 0 && !development.some(has);
  const mine = link(project);
  if (mine === 'unlisted')
    throw failure(
      'project',
      `satwatch lies in ${join(project.folder, 'node_modules')} without being in package.json, and npm would remove it; run \`npm install satwatch\` first`,
    );
  // npm removes what package.json does not list, so the sibling is named again.
  const names = nativePackages.filter(
    (other) =>
      other === name || (findPackage(project, other)?.version === version && !declared(project, other)),
  );
  const specifiers = names.map((other) => `@tensorflow/${other}@${version}`);
  voice.say(`installing ${specifiers.at(names.indexOf(name))} by npm, package.json unchanged`);
  const outcome = await run(
    'npm',
    [
      // Without --save-prod, npm leaves out what the project names as an optional peer.
      ...[
        'install',
        '--no-save',
        '--save-prod',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        '--loglevel=http',
      ],
      ...(production ? ['--omit=dev'] : []),
      ...specifiers,
    ],
    { cwd: project.folder, progress: () => bytesOf(join(project.folder, 'node_modules/@tensorflow')) },
  );
  if (outcome.missing) throw failure('npm', 'npm was not found; it comes with Node, and must be on the PATH');
  if (outcome.code !== 0 || !findPackage(project, name))
    throw failure('npm', `npm could not install @tensorflow/${name}@${version}: ${lastWords(outcome)}`);
  const unlinked = mine !== undefined && !existsSync(mine.path);
  if (unlinked) symlinkSync(mine.target, mine.path, 'dir');
  const removed = Number(outcome.output.match(/removed (\d+) package/)?.[1] ?? 0) - Number(unlinked);
  if (removed > 0)
    voice.say(`npm removed what package.json does not list, as it always does (packages: ${removed})`);
}

/** Of `npm link satwatch`, which npm undoes; 'unlisted' for a satwatch that it would remove with all it depends on. */
function link(project: Project): { path: string; target: string } | 'unlisted' | undefined {
  const path = join(project.folder, 'node_modules/satwatch');
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || declared(project, 'satwatch') !== undefined) return undefined;
  return stat.isSymbolicLink() ? { path, target: readlinkSync(path) } : 'unlisted';
}

/**
 * Lets the package's own script download its library and addon.
 * @returns what went wrong, or undefined; that it works is for the trial to say
 */
export async function runOwnInstaller(
  project: Project,
  name: NativePackage,
  home: string,
  voice: Voice,
): Promise<string | undefined> {
  voice.say("trying the package's own installer");
  const manifest = join(home, 'package.json');
  const before = readFileSync(manifest);
  const size = () => bytesOf(join(home, 'deps')) + bytesOf(join(home, 'lib'));
  const outcome = await run('npm', ['rebuild', '--foreground-scripts', `@tensorflow/${name}`], {
    cwd: project.folder,
    progress() {
      const bytes = size();
      if (bytes > 0) voice.progress('its own installer, unpacked', bytes, undefined);
      return bytes;
    },
  });
  // The script changes its package.json for the time of its work, and leaves it so where it ends early.
  writeFileSync(manifest, before);
  return outcome.code === 0 ? undefined : lastWords(outcome, 1);
}

function isInstalled({ folder }: Project, name: string): boolean {
  const paths = createRequire(join(folder, 'package.json')).resolve.paths(name) ?? [];
  return paths.some((modules) => existsSync(join(modules, name)));
}
