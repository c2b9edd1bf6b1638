import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { failure } from './failure.js';
import { type NativePackage, version } from './packages.js';

interface Manifest {
  version?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

export interface Project {
  folder: string;
  manifest: Manifest;
}

/** The folder of the nearest package.json, from `start` upwards. */
export function findProject(start: string): Project {
  for (let folder = start; ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) return { folder, manifest: readManifest(file) };
    if (folder === dirname(folder))
      throw failure(
        'project',
        `no package.json in ${start} or above: the binding is installed into a project; make one with \`npm init -y\`, or go to yours`,
      );
  }
}

/** The folder of an installed package as the project's own scripts would find it, and its version. */
export function findPackage(
  { folder }: Project,
  name: NativePackage,
): { folder: string; version: string | undefined } | undefined {
  const paths = createRequire(join(folder, 'package.json')).resolve.paths(`@tensorflow/${name}`) ?? [];
  for (const modules of paths) {
    const home = join(modules, '@tensorflow', name);
    const file = join(home, 'package.json');
    if (existsSync(file)) return { folder: home, version: readManifest(file).version };
  }
  return undefined;
}

/** What the project's package.json asks for, if it names the package. */
export function declared({ manifest }: Project, name: string): string | undefined {
  const { dependencies, devDependencies, optionalDependencies } = manifest;
  return dependencies?.[name] ?? devDependencies?.[name] ?? optionalDependencies?.[name];
}

/** @throws SatwatchError where installing the package by npm would break what is there. */
export function refuseForeignProject(project: Project, name: NativePackage): void {
  const wanted = declared(project, `@tensorflow/${name}`);
  const found = findPackage(project, name)?.version;
  if (wanted !== undefined && found !== undefined && found !== version)
    throw failure(
      'project',
      `@tensorflow/${name} ${found} is installed, as ${join(project.folder, 'package.json')} asks (${wanted}); satwatch works with ${version} exactly. ` +
        `Change it with \`npm install --save-exact --ignore-scripts @tensorflow/${name}@${version}\` and run this command again`,
    );
  const manager = foreignManager(project.folder);
  if (manager !== undefined)
    throw failure(
      'project',
      `the project is kept by ${manager}, and npm would rearrange its packages; add @tensorflow/${name}@${version} with ${manager}, its scripts ignored, and run this command again`,
    );
}

/** From the lock files between the folder and the root of its repository. */
function foreignManager(start: string): string | undefined {
  const locks = { 'pnpm-lock.yaml': 'pnpm', 'yarn.lock': 'yarn', 'bun.lock': 'bun', 'bun.lockb': 'bun' };
  for (let folder = start; ; folder = dirname(folder)) {
    const has = (name: string) => existsSync(join(folder, name));
    if (has('package-lock.json')) return undefined;
    for (const [lock, manager] of Object.entries(locks)) if (has(lock)) return manager;
    if (has('.git') || folder === dirname(folder)) return undefined;
  }
}

function readManifest(file: string): Manifest {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  } catch (error) {
    throw failure('project', `${file} is no JSON: ${(error as Error).message}`);
  }
}
