import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf, megabytes } from './bytes.js';
import { failure } from './failure.js';
import { lastWords, run } from './run.js';
import type { Voice } from './voice.js';
import { pythonVersion } from './wheels.js';

/** A Python that has pip. @throws SatwatchError where there is none */
export async function findPython(): Promise<string> {
  for (const python of ['python3', 'python']) {
    const { code } = await run(python, ['-m', 'pip', '--version']);
    if (code === 0) return python;
  }
  throw failure(
    'pip',
    'TensorFlow’s library comes as a Python package, and no pip was found (`python3 -m pip --version`); install it (Debian, Ubuntu: `apt install python3-pip`)',
  );
}

/**
 * Downloads wheels by pip, which finds the user's own index and proxy and compares checksums.
 * @param total bytes to expect, for the progress alone
 * @returns the files
 */
export async function downloadWheels(
  python: string,
  requirements: string[],
  { platforms, folder, total, voice }: { platforms: string[]; folder: string; total?: number; voice: Voice },
): Promise<string[]> {
  const [wheels, temporary] = [join(folder, 'wheels'), join(folder, 'download')];
  for (const path of [wheels, temporary]) mkdirSync(path);
  const args = ['-m', 'pip', 'download', '--no-deps', '--no-cache-dir', '--disable-pip-version-check'];
  args.push('--only-binary=:all:', `--python-version=${pythonVersion}`);
  args.push(...platforms.map((platform) => `--platform=${platform}`));
  const what = requirements.length === 1 ? requirements[0] : `${requirements.length} packages of CUDA`;
  voice.say(`downloading ${what} by pip${total ? ` (${megabytes(total)})` : ''}`);
  const outcome = await run(python, [...args, `--dest=${wheels}`, ...requirements], {
    // pip downloads into its temporary folder first: in the cache, where the room was looked at and growth can be seen.
    env: { ...process.env, TMPDIR: temporary },
    progress() {
      const bytes = Math.max(bytesOf(temporary), bytesOf(wheels));
      voice.progress(`downloading ${what}`, bytes, total);
      return bytes;
    },
  });
  if (outcome.code !== 0) throw refused(what, lastWords(outcome));
  return readdirSync(wheels).map((name) => join(wheels, name));
}

function refused(what: string, words: string): Error {
  if (/no space left/i.test(words)) return failure('space', `the disk is full: ${words}`);
  if (/hash|checksum|zip|invalid|corrupt/i.test(words))
    return failure(
      'download',
      `the download of ${what} is broken, and was removed: ${words}; run the command again, and if it stays so, look at your package index or proxy`,
    );
  return failure(
    'download',
    `pip could not download ${what}: ${words}; look at the network, the proxy (HTTPS_PROXY) or the index (PIP_INDEX_URL), and run the command again`,
  );
}

/** Unpacks members of a wheel: those named, and all below the names that end in a slash. Python compares their CRC. */
export async function unpackWheel(
  python: string,
  wheel: string,
  target: string,
  members: string[],
): Promise<void> {
  const outcome = await run(python, ['-c', unpack, wheel, target, ...members], {
    progress: () => bytesOf(target),
  });
  if (outcome.code === 0) return;
  const words = lastWords(outcome, 1);
  if (/no space left/i.test(words)) throw failure('space', `the disk became full while unpacking: ${words}`);
  throw failure(
    'download',
    `the downloaded wheel is broken, and was removed: ${words}; run the command again, and if it stays so, look at your package index or proxy`,
  );
}

const unpack = `
import sys, zipfile
wheel, target, *wanted = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if any(name == want or (want.endswith('/') and name.startswith(want)) for want in wanted):
            archive.extract(name, target)
`;
