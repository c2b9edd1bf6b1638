import { type ChildProcess, spawn } from 'node:child_process';

export interface Outcome {
  /** The exit code; null where the program was ended by a signal, or does not exist. */
  code: number | null;
  /** Standard output and standard error, as they came. */
  output: string;
  stdout: string;
  /** The program is not there. */
  missing: boolean;
  /** It gave no sign of life for so many seconds and was ended. */
  quiet: number | null;
}

interface Options {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** A number that changes while the work goes on, such as the bytes downloaded: asked twice a second. */
  progress?: () => number;
  /** Work of this machine alone, such as a compiler's, may be silent for as long as it takes. */
  local?: boolean;
}

const running = new Set<ChildProcess>();

/** How long a program may be silent, in seconds: `SATWATCH_PATIENCE`, else 60. */
function patience(): number {
  const given = Number(process.env.SATWATCH_PATIENCE);
  return given > 0 ? given : 60;
}

/**
 * Runs a program to its end, which is at hand when it shows no progress for a while: neither output nor a change of
 * `progress()`. What it has started ends with it, and all of it with this process.
 */
export function run(command: string, args: string[], options: Options = {}): Promise<Outcome> {
  endWithUs();
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, so that the whole of it can be ended.
      detached: process.platform !== 'win32',
      shell: process.platform === 'win32', // npm is a .cmd there
    });
    running.add(child);
    let [output, stdout] = ['', ''];
    let [last, alive] = [0, Date.now()];
    let quiet: number | null = null;
    const limit = patience();
    const timer = setInterval(() => {
      const now = options.progress?.() ?? 0;
      if (now !== last) [last, alive] = [now, Date.now()];
      if (options.local || Date.now() - alive < 1000 * limit) return;
      quiet = limit;
      end(child);
    }, 500);
    const hear = (chunk: Buffer) => {
      output += chunk;
      alive = Date.now();
    };
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk;
      hear(chunk);
    });
    child.stderr.on('data', hear);
    const finish = (code: number | null, missing: boolean) => {
      clearInterval(timer);
      running.delete(child);
      resolve({ code, output, stdout, missing, quiet });
    };
    child.on('error', () => finish(null, true));
    child.on('close', (code) => finish(code, false));
  });
}

/** What a program's output says of its failure: its named errors, else what sounds like one, else its end. */
export function lastWords({ output, quiet }: Outcome, lines = 3): string {
  if (quiet !== null) return `no progress for ${quiet} s, given up`;
  const all = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line && !/^npm (notice|http|error (A complete log|code|path|command))/.test(line));
  const first = [/^(npm error )?\w*error:/i, /error|not found|cannot|failed/i, /./];
  const told = first.map((words) => all.filter((line) => words.test(line))).find((found) => found.length > 0);
  return told?.slice(-lines).join(' | ').slice(0, 500) ?? 'it said nothing';
}

function end(child: ChildProcess): void {
  try {
    if (process.platform === 'win32') child.kill();
    else process.kill(-child.pid!, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

let listening = false;

/** Ctrl-C reaches this process alone, the others being in groups of their own. */
function endWithUs(): void {
  if (listening) return;
  listening = true;
  process.on('exit', () => {
    for (const child of running) end(child);
  });
  process.on('SIGINT', () => process.exit(130));
  process.on('SIGTERM', () => process.exit(143));
}
