import { performance } from 'node:perf_hooks';
import { styleText } from 'node:util';
import type { Measured, WatchEvent } from '../checkpoints/index.js';
import type { Level } from '../types.js';

const barWidth = 24;
const colours: Record<Level, 'yellow' | 'red' | 'magenta'> = {
  warning: 'yellow',
  alarm: 'red',
  severe: 'magenta',
};

/** The watching in the terminal: a line a checkpoint and, with `once` on a terminal, a bar. */
export class WatchDisplay {
  private readonly fancy = Boolean(process.stdout.isTTY);
  private readonly colours = this.fancy && !process.env.NO_COLOR;
  private barShown = false;
  /** When the first checkpoint was begun, and how many were done then. */
  private begun: { time: number; done: number } | undefined;
  private known = 0;

  constructor(
    private readonly json: boolean,
    private readonly once: boolean,
  ) {}

  event(event: WatchEvent): void {
    if (event.kind === 'progress') this.progress(event);
    else if (this.json) this.print(JSON.stringify(event));
    else for (const line of this.linesOf(event)) this.print(line);
  }

  end(run: string, measured: number, known: number, store: string): void {
    if (this.json) return;
    const before = known > 0 ? `, ${known} were known` : '';
    const [file, name] = [store, run].map(quoted);
    this.line(
      `${measured} measured${before}. Look: satwatch dashboard ${file}, satwatch check ${file} ${name}`,
    );
  }

  line(text: string): void {
    if (!this.json) this.print(text);
  }

  private linesOf(event: Exclude<WatchEvent, { kind: 'progress' }>): string[] {
    switch (event.kind) {
      case 'started': {
        const { folder, run, resumed, store, log } = event;
        return [
          `watching ${folder} as run '${run}'${resumed ? ', going on with it' : ''}`,
          `store ${store}${log ? `, metrics ${log}` : ''}`,
        ];
      }
      case 'ready': {
        const { method, pictures, segments, roles } = event;
        const hint =
          "no segment has the role 'suspect' or 'core': set roles in the probe set, the default alarm goes by them";
        return [`${method} on ${pictures} pictures, ${segments} segments`, ...(roles ? [] : [hint])];
      }
      case 'measured':
        return this.measured(event);
      case 'known':
        this.known++;
        return [];
      case 'skipped':
        return [`${event.name}  left alone: ${event.reason}`];
      case 'failed':
        return [`${event.name}  ${this.styled('red', 'not measured')}: ${event.error}`];
      case 'incomplete': {
        const later = this.once ? '' : '; it is measured when it is whole';
        return [`${event.name}  incomplete (${event.lacks})${later}`];
      }
    }
  }

  private measured({ name, epoch, probeAccuracy, metrics, alerts, seconds }: Measured): string[] {
    const before = this.known > 0 ? [`${this.known} measured before`] : [];
    this.known = 0;
    const accuracy = probeAccuracy === null ? '–' : `${(100 * probeAccuracy).toFixed(0)} %`;
    const logged = Object.entries(metrics)
      .filter(([key]) => /^(val_)?(loss|acc|accuracy)$/.test(key))
      .map(([key, value]) => `  ${key} ${value === null ? '–' : Number(value.toPrecision(3))}`);
    return [
      ...before,
      `epoch ${epoch}  ${name}  probe accuracy ${accuracy}${logged.join('')}  (${seconds.toFixed(1)} s)`,
      ...alerts.map(
        (alert) =>
          `${this.styled(colours[alert.level], alert.level.toUpperCase())} epoch ${alert.epoch}: ${alert.message}`,
      ),
    ];
  }

  private progress({ name, done, total }: { name: string; done: number; total: number }): void {
    if (!this.fancy || this.json || !this.once) return;
    this.begun ??= { time: performance.now(), done };
    const passed = (performance.now() - this.begun.time) / 1000;
    const fresh = done - this.begun.done;
    const left = fresh > 0 ? `  ${Math.ceil((passed / fresh) * (total - done))} s left` : '';
    const full = Math.round((done / total) * barWidth);
    this.clearBar();
    process.stdout.write(`${'━'.repeat(full)}${'─'.repeat(barWidth - full)} ${done}/${total} ${name}${left}`);
    this.barShown = true;
  }

  private print(text: string): void {
    this.clearBar();
    process.stdout.write(`${text}\n`);
  }

  private clearBar(): void {
    if (this.barShown) process.stdout.write('\r\x1b[K');
    this.barShown = false;
  }

  private styled(style: 'yellow' | 'red' | 'magenta', text: string): string {
    return this.colours ? styleText(style, text) : text;
  }
}

/** As one word of a shell's command line. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
