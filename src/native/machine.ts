import { failure } from './failure.js';

export interface Machine {
  platform: string;
  arch: string;
  /** Of Node, such as 'v22.1.0'. */
  node: string;
  /** Of the C library; undefined where it is another one (musl), or not Linux. */
  glibc?: string;
}

export function thisMachine(): Machine {
  const { platform, arch, version: node } = process;
  // The report's header names the C library that Node itself was linked with.
  const report = process.platform === 'linux' ? process.report.getReport() : undefined;
  const { header } = (report ?? {}) as { header?: { glibcVersionRuntime?: string } };
  return { platform, arch, node, glibc: header?.glibcVersionRuntime };
}

/** Where the TensorFlow wheel is an alternative to the package's own installer. */
export const hasWheel = ({ platform, arch }: Machine) =>
  platform === 'linux' && (arch === 'x64' || arch === 'arm64');

/** Where the package's own installer has something to download. */
const hasInstaller = ({ platform, arch }: Machine) =>
  ['linux x64', 'linux arm64', 'darwin x64', 'darwin arm64', 'win32 x64'].includes(`${platform} ${arch}`);

/** @throws SatwatchError where no TensorFlow library is made for the machine, or its Node is too old. */
export function refuseMachine(machine: Machine): void {
  const { platform, arch, node, glibc } = machine;
  const [major, minor] = node.slice(1).split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw failure('node', `Node ${node} is too old: expected 20.19 or newer; install a newer Node`);
  if (!hasInstaller(machine))
    throw failure(
      'platform',
      `there is no TensorFlow library for ${platform} ${arch}; expected Linux (x64, arm64), macOS, or Windows x64`,
    );
  if (platform === 'linux' && glibc === undefined)
    throw failure(
      'platform',
      'this Linux has no glibc (Alpine and other musl systems), and TensorFlow’s library needs it; use a Debian-based image, such as node:22-slim',
    );
}
