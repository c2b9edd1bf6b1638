import { spawn } from 'node:child_process';
import type { Channel } from '../alerts/channel.js';
import type { Alert } from '../types.js';

/** A command is ended after so long, in ms. */
const timeLimit = 60_000;

/** Runs a command on every alert: the alert as JSON on its standard input, its main parts in the environment. */
export class ExecChannel implements Channel {
  readonly name = 'exec';
  private readonly running = new Set<Promise<void>>();
  private readonly ends = new Set<() => void>();

  constructor(
    private readonly command: string,
    private readonly store: string,
    private readonly limit = timeLimit,
  ) {}

  async deliver(alert: Alert, { run }: { run: string }): Promise<void> {
    const going = this.start(alert, run);
    this.running.add(going);
    await going.finally(() => this.running.delete(going));
  }

  /** When all commands have ended, or were ended. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.running);
  }

  /** Ends what still runs. */
  end(): void {
    for (const end of this.ends) end();
  }

  private start(alert: Alert, run: string): Promise<void> {
    return new Promise((resolve, reject) => {
      // Its own process group: what the shell has started ends with it. Its output goes where our messages go.
      const child = spawn(this.command, {
        shell: true,
        detached: process.platform !== 'win32',
        stdio: ['pipe', 2, 2],
        env: { ...process.env, ...environment(alert, run, this.store) },
      });
      const end = () => {
        try {
          if (process.platform === 'win32') child.kill();
          else process.kill(-child.pid!, 'SIGKILL');
        } catch {
          // It has just ended by itself.
        }
      };
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        end();
      }, this.limit);
      this.ends.add(end);
      const over = () => {
        clearTimeout(timer);
        this.ends.delete(end);
      };
      child.once('error', (error) => {
        over();
        reject(error);
      });
      child.once('exit', (code, signal) => {
        over();
        if (code === 0) resolve();
        else if (late) reject(new Error(`was ended after ${this.limit / 1000} s`));
        else reject(new Error(signal ? `was ended by ${signal}` : `exit code ${code}`));
      });
      // A command that reads nothing may close its input before the alert is written.
      child.stdin!.on('error', () => {});
      child.stdin!.end(`${JSON.stringify({ run, store: this.store, ...alert })}\n`);
    });
  }
}

function environment(alert: Alert, run: string, store: string): Record<string, string> {
  return {
    SATWATCH_RUN: run,
    SATWATCH_STORE: store,
    SATWATCH_RULE: alert.rule,
    SATWATCH_LEVEL: alert.level,
    SATWATCH_SEGMENT: alert.segment ?? '',
    SATWATCH_CLASS: alert.className ?? '',
    SATWATCH_EPOCH: String(alert.epoch),
    SATWATCH_MESSAGE: alert.message,
  };
}
