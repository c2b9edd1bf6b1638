import type { NativePackage } from './packages.js';

/**
 * The Python package that holds TensorFlow's library and C headers. 2.15.1: of 2.12 to 2.21 the smallest, and as fast
 * as the others; the Python version only names the wheel, no Python code of it runs.
 */
export interface Wheel {
  name: string;
  version: string;
  /** pip's names of the machine; it takes each literally. */
  platforms: string[];
  /** Folder in the cache. */
  entry: string;
  /** Bytes of the download, and at most in use at once while it is unpacked. */
  download: number;
  room: number;
}

const tensorflow = '2.15.1';
export const pythonVersion = '3.11';

export function wheelFor(name: NativePackage, arch: string): Wheel {
  const arm = arch === 'arm64';
  // PyPI's `tensorflow` for arm64 is an empty shell around `tensorflow-cpu-aws`, without CUDA.
  const wheel = arm ? 'tensorflow-cpu-aws' : name === 'tfjs-node-gpu' ? 'tensorflow' : 'tensorflow-cpu';
  const [download, room] = {
    tensorflow: [475e6, 1.9e9],
    'tensorflow-cpu': [207e6, 1.1e9],
    'tensorflow-cpu-aws': [212e6, 1.2e9],
  }[wheel]!;
  return {
    name: wheel,
    version: tensorflow,
    platforms: [arm ? 'manylinux2014_aarch64' : 'manylinux_2_17_x86_64'],
    entry: `${wheel}-${tensorflow}-linux-${arch}`,
    download,
    room,
  };
}

/** CUDA itself, as Python packages, in the versions that the TensorFlow wheel names under its extra `and-cuda`. */
export const cudaEntry = (arch: string) => `nvidia-${tensorflow}-linux-${arch}`;

/** NVIDIA's wheels name older systems, too. */
export const cudaPlatforms = ['manylinux1_x86_64', 'manylinux2014_x86_64', 'manylinux_2_17_x86_64'];

export function cudaRequirements(metadata: string): string[] {
  const line = /^Requires-Dist: (nvidia-[\w-]+) ?\(?==([\w.]+)\)? ?; extra == ['"]and-cuda['"]/gm;
  return [...metadata.matchAll(line)].map(([, name, version]) => `${name}==${version}`);
}
