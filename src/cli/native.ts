import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CommandModule } from 'yargs';
import { SatwatchError } from '../errors.js';
import {
  cacheBytes,
  cacheFolder,
  checkNative,
  cleanCache,
  findProject,
  type Installed,
  installNative,
  megabytes,
  type NativeState,
  obstacleHere,
  type Project,
  processorSimd,
  Voice,
} from '../native/index.js';

interface Arguments {
  gpu: boolean;
  cuda: boolean;
  check: boolean;
  clean: boolean;
  json: boolean;
}

export const nativeCommand: CommandModule<object, Arguments> = {
  command: 'native',
  describe:
    'Install TensorFlow’s native library for this project, which trains several times faster than WASM',
  builder: (cli) =>
    cli
      .option('gpu', { type: 'boolean', default: false, describe: 'tfjs-node-gpu instead of tfjs-node' })
      .option('cuda', {
        type: 'boolean',
        default: false,
        describe: 'With CUDA’s libraries from PyPI beside it (about 1.9 GB); implies --gpu',
      })
      .option('check', {
        type: 'boolean',
        default: false,
        describe: 'Change nothing; say what is there and what to do about what is missing',
      })
      .option('clean', { type: 'boolean', default: false, describe: 'Remove the cache' })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON document instead of text' }),
  async handler({ gpu, cuda, check, clean, json }) {
    if (check && clean)
      throw new SatwatchError('BAD_OPTION', '--check and --clean: got both, expected one of them', 'clean');
    if (clean) cleaned(json);
    else if (check) await checked(json);
    else await installed(gpu || cuda, cuda, json);
  },
};

async function installed(gpu: boolean, cuda: boolean, json: boolean): Promise<void> {
  const started = performance.now();
  const project = findProject(process.cwd());
  const name = gpu ? 'tfjs-node-gpu' : 'tfjs-node';
  const voice = new Voice(json ? process.stderr : process.stdout);
  const result = await installNative(project, name, { cuda, voice });
  const seconds = Number(((performance.now() - started) / 1000).toFixed(2));
  const cache = { path: cacheFolder(), bytes: cacheBytes() };
  if (json) print(JSON.stringify({ project: project.folder, package: name, ...result, cache, seconds }));
  else summarise(project, name, result, cache, seconds);
}

function summarise(
  { folder }: Project,
  name: string,
  { facts, already, declared, route }: Installed,
  cache: { path: string; bytes: number },
  seconds: number,
): void {
  const done = already ? 'is installed and works' : 'installed, and a convolution with its gradients checked';
  const again = route === 'wheel' ? 'run this again (seconds, from the cache)' : 'run this again';
  const lines = [
    `@tensorflow/${name} ${facts.package} in ${folder}: ${done} (${seconds} s)`,
    `TensorFlow ${facts.tensorflow}, Node ${process.version}, ${facts.threads} threads, ${gpuWords(facts)}`,
  ];
  if (name === 'tfjs-node-gpu' && !facts.gpu)
    lines.push(
      'It found no GPU that it can use, and computes on the processor; see docs/native.md of satwatch.',
    );
  if (route === 'wheel')
    lines.push(`cache ${cache.path}: ${megabytes(cache.bytes)} (satwatch native --clean removes it)`);
  if (!declared)
    lines.push(
      `package.json is unchanged: after \`npm ci\` or \`npm install\`, which may remove it, ${again}.`,
    );
  print(lines.join('\n'));
}

function cleaned(json: boolean): void {
  const path = cacheFolder();
  const freed = cleanCache();
  if (json) print(JSON.stringify({ path, freed }));
  else print(freed > 0 ? `${path}: ${megabytes(freed)} freed` : `${path}: nothing there`);
  if (freed > 0 && !json)
    print(
      'Projects whose tfjs-node links there no longer load it: `npx satwatch native` in each mends that; WASM goes on working.',
    );
}

async function checked(json: boolean): Promise<void> {
  const project = projectIfAny();
  const { backend, why } = backendFacts();
  // In Node, tfjs runs WASM on one thread always.
  const { tfjs, simd } = backendFacts('wasm');
  const wasm = { tfjs, simd, threads: 1 };
  const natives = await checkNative(project);
  const advice = advise(natives, obstacleHere());
  const cache = { path: cacheFolder(), bytes: cacheBytes() };
  const node = process.version;
  const machine = `${process.platform} ${process.arch}`;
  const processor = processorSimd();
  const found = { backend, why, project: project?.folder ?? null, node, machine, processor };
  if (json) return print(JSON.stringify({ ...found, natives, wasm, cache, advice }));
  const lines = [
    why,
    `Node ${node}, ${machine}${processor.length ? `, processor with ${processor.join(' ')}` : ''}`,
    ...natives.map((native) => `${native.package}: ${nativeWords(native)}`),
    `wasm: tfjs ${wasm.tfjs}, ${wasm.threads} thread, ${wasm.simd ? 'SIMD (128 bit)' : 'no SIMD'}`,
    `cache ${cache.path}: ${megabytes(cache.bytes)}`,
    ...advice,
  ];
  print(lines.join('\n'));
}

interface BackendFacts {
  backend: string;
  why: string;
  tfjs: string;
  /** Of WASM alone. */
  simd: boolean | null;
}

/** What `loadBackend` finds; its refusal of a forced backend is that of this command. */
function backendFacts(name?: string): BackendFacts {
  const script = fileURLToPath(new URL('./backendFacts.js', import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, ...(name ? [name] : [])], {
    encoding: 'utf8',
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: process.env.TF_CPP_MIN_LOG_LEVEL ?? '2' },
  });
  if (status !== 0) {
    const words = stderr.match(/^SatwatchError: (.*)$/m)?.[1] ?? stderr.trim();
    throw new SatwatchError('BACKEND', words || `loading the backend ended with code ${status}`, name);
  }
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as BackendFacts;
}

function nativeWords({ installed, facts, problem }: NativeState): string {
  if (!facts) return problem ?? '';
  const simd = facts.simd.length ? `, heavy kernels use ${facts.simd.join(' ')}` : '';
  return `${installed} works; tfjs ${facts.tfjs}, TensorFlow ${facts.tensorflow}, ${facts.threads} threads${simd}, ${gpuWords(facts)}`;
}

const gpuWords = ({ gpu, gpuName }: { gpu: boolean; gpuName: string | null }) =>
  gpu ? `GPU ${gpuName ?? 'in use'}` : 'no GPU';

function advise(natives: NativeState[], obstacle: string | null): string[] {
  if (natives.some(({ works }) => works)) return [];
  const broken = natives.filter(({ installed }) => installed !== null);
  if (broken.length > 0) return broken.map(({ package: name, problem }) => `${name}: ${problem}`);
  return [
    obstacle ??
      'Nothing is wrong: WASM works. `npx satwatch native` installs the native library, which trains several times faster (--gpu for NVIDIA).',
  ];
}

/** The check is useful outside of projects too. */
function projectIfAny(): Project | undefined {
  try {
    return findProject(process.cwd());
  } catch (error) {
    if (error instanceof SatwatchError) return undefined;
    throw error;
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
