import { readFileSync } from 'node:fs';
import { refuseMachine, thisMachine } from './machine.js';
import { type NativePackage, nativePackages, version } from './packages.js';
import { findPackage, type Project } from './project.js';
import { type Facts, tryBinding } from './tryBinding.js';

export interface NativeState {
  package: NativePackage;
  /** The version that is installed; null where none is. */
  installed: string | null;
  works: boolean;
  /** Why not, and what to do. */
  problem: string | null;
  facts: Facts | null;
}

/** What of the native packages is there and computes; installs and changes nothing. */
export async function checkNative(project: Project | undefined): Promise<NativeState[]> {
  const states: NativeState[] = [];
  for (const name of nativePackages) states.push(await check(project, name));
  return states;
}

async function check(project: Project | undefined, name: NativePackage): Promise<NativeState> {
  const found = project && findPackage(project, name);
  const gpu = name === 'tfjs-node-gpu' ? ' --gpu' : '';
  const state = { package: name, installed: found?.version ?? null, works: false, facts: null };
  if (!project || !found)
    return { ...state, problem: `not installed; \`npx satwatch native${gpu}\` in your project installs it` };
  if (found.version !== version)
    return {
      ...state,
      problem: `version ${found.version}, and satwatch works with ${version} exactly; \`npx satwatch native${gpu}\` says how to change it`,
    };
  const trial = await tryBinding(project, name);
  return trial.works
    ? { ...state, works: true, problem: null, facts: trial.facts }
    : { ...state, problem: `does not work: ${trial.problem}; \`npx satwatch native${gpu}\` mends it` };
}

/** Why the binding cannot be had on this machine, or null. */
export function obstacleHere(): string | null {
  try {
    refuseMachine(thisMachine());
    return null;
  } catch (error) {
    if ((error as { code?: string }).code === 'BACKEND') return (error as Error).message;
    throw error;
  }
}

/** Instruction sets that TensorFlow has kernels for, of those that the processor has; where Linux lists them. */
export function processorSimd(): string[] {
  try {
    const flags = readFileSync('/proc/cpuinfo', 'utf8').match(/^(?:flags|Features)\s*: (.*)$/m)?.[1] ?? '';
    const known = [
      'sse4_2',
      'avx',
      'avx2',
      'fma',
      'avx512f',
      'avx512_vnni',
      'avx512_bf16',
      'amx_tile',
      'asimd',
      'sve',
    ];
    return known.filter((name) => flags.split(' ').includes(name));
  } catch {
    return [];
  }
}
