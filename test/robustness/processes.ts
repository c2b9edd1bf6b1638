import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./child.js', import.meta.url));
const running = new Set<ChildProcess>();
process.once('exit', killAll);

/** A command of child.ts in a process of its own. It says things a line at a time. */
export interface Child {
  /** What it has said so far. */
  readonly lines: readonly string[];
  /** The rest of the first line that begins with `word`; waits for it. */
  until(word: string): Promise<string>;
  /** A line to its standard input. */
  say(line: string): void;
  kill(): void;
  /** Its code, or the signal that ended it, and what it wrote on standard error. */
  readonly end: Promise<{ code: number | string; errors: string }>;
}

export function startChild(command: string, options: object, nodeOptions: string[] = []): Child {
  const child = spawn(process.execPath, [...nodeOptions, script, command, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.add(child);
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let [rest, errors, ended] = ['', '', false];
  const look = () => {
    for (const wake of [...waiting]) wake();
  };
  child.stdout.on('data', (data) => {
    const parts = (rest + data).split('\n');
    rest = parts.pop()!;
    lines.push(...parts);
    look();
  });
  child.stderr.on('data', (data) => {
    errors += data;
  });
  child.stdin.on('error', () => {}); // It may be dead already.
  const end = new Promise<{ code: number | string; errors: string }>((resolve) => {
    child.on('close', (code, signal) => {
      running.delete(child);
      ended = true;
      look();
      resolve({ code: code ?? signal!, errors });
    });
  });
  const until = (word: string) =>
    new Promise<string>((resolve, reject) => {
      const wake = () => {
        const line = lines.find((said) => said.startsWith(word));
        if (line === undefined && !ended) return;
        waiting.delete(wake);
        if (line === undefined) reject(new Error(`'${command}' ended before it said '${word}': ${errors}`));
        else resolve(line.slice(word.length).trim());
      };
      waiting.add(wake);
      wake();
    });
  return {
    lines,
    until,
    end,
    say: (line) => void child.stdin.write(`${line}\n`),
    kill: () => void child.kill('SIGKILL'),
  };
}

function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}
