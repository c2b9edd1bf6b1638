import { fileURLToPath } from 'node:url';
import type { NativePackage } from './packages.js';
import type { Project } from './project.js';
import { run } from './run.js';

export interface Facts {
  /** tfjs's name of the backend: 'tensorflow'. */
  backend: string;
  tfjs: string;
  package: string;
  /** Of TensorFlow's library. */
  tensorflow: string | null;
  gpu: boolean;
  /** The name of the GPU as TensorFlow logs it. */
  gpuName: string | null;
  /** Threads a kernel may use: TensorFlow takes every core that the process may run on. */
  threads: number;
  /** Instruction sets of the processor that the library's heavy kernels use, as far as its log says so. */
  simd: string[];
}

export type Trial = { works: true; facts: Facts } | { works: false; problem: string };

const script = fileURLToPath(new URL('./trial.js', import.meta.url));

/** Loads the binding in a process of its own and computes with it. */
export async function tryBinding(project: Project, name: NativePackage): Promise<Trial> {
  // Its log tells the instruction sets and the GPU.
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '0' };
  const outcome = await run(process.execPath, [script, project.folder, name], {
    cwd: project.folder,
    env,
    local: true,
  });
  const line = outcome.stdout.trim().split('\n').at(-1) ?? '';
  if (outcome.code !== 0 || !line.startsWith('{'))
    return { works: false, problem: problemIn(outcome.output) };
  const facts = JSON.parse(line) as Omit<Facts, 'gpuName' | 'simd'>;
  return {
    works: true,
    facts: {
      ...facts,
      gpuName: outcome.output.match(/device: \d+, name: ([^,\n]+)/)?.[1] ?? null,
      simd: instructionSets(outcome.output),
    },
  };
}

/** TensorFlow logs which of the processor's instruction sets its heavy kernels use, and the others only after a rebuild. */
function instructionSets(log: string): string[] {
  const list = log.match(/following (?:CPU )?instructions: ([A-Z0-9_. ]+)/);
  return list ? list[1].trim().split(/ +/) : [];
}

function problemIn(output: string): string {
  const error = output.match(/^(?:\w*Error): (.*)$/m) ?? output.match(/Error: (.*)/);
  return (
    (error?.[1] ?? output.trim().split('\n').at(-1) ?? '').slice(0, 300) || 'the process ended without a word'
  );
}
