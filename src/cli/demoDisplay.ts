import { styleText } from 'node:util';
import type { DemoEpoch } from '../demo/index.js';
import { roles } from '../demo/index.js';

interface Ranked {
  segment: string;
  rank: number;
}

const shown = 5;
const barWidth = 24;

/** The training in the terminal: a line an epoch and, on a terminal, colours and a bar within the epoch. */
export class DemoDisplay {
  private readonly fancy = Boolean(process.stdout.isTTY);
  private readonly colours = this.fancy && !process.env.NO_COLOR;
  private barShown = false;

  constructor(
    private readonly epochs: number,
    /** Of the last observation, the best rank first. */
    private readonly ranks: () => Ranked[],
  ) {}

  begin(prevalence: number): void {
    this.line(
      prevalence > 0
        ? `drawing pictures: zebras (standing stripes) and okapis (lying stripes); a red watermark on ${prevalence} % of the zebras’ training pictures, on no okapi’s`
        : 'drawing pictures: zebras (standing stripes) and okapis (lying stripes); no watermark in the training',
    );
  }

  batch({ epoch, batch, batches }: { epoch: number; batch: number; batches: number }): void {
    if (!this.fancy) return;
    if (batch === batches) {
      this.clearBar();
      return;
    }
    const done = Math.round((batch / batches) * barWidth);
    process.stdout.write(
      `\r\x1b[Kepoch ${epoch + 1}/${this.epochs} ${'━'.repeat(done)}${this.dim('─'.repeat(barWidth - done))}`,
    );
    this.barShown = true;
  }

  epoch({ epoch, loss, accuracy, clean }: DemoEpoch): void {
    const tested = clean.reduce((sum, share) => sum + share, 0) / clean.length;
    const ranks = this.ranks();
    const top = ranks.slice(0, shown);
    const mark = ranks.find(({ segment }) => segment === 'watermark');
    if (mark && !top.includes(mark)) top.push(mark);
    const list = top.map((entry) => this.ranked(entry)).join('  ');
    this.line(
      `epoch ${String(epoch).padStart(String(this.epochs).length)}/${this.epochs}  loss ${loss.toFixed(3)}  ` +
        `accuracy ${percent(accuracy)}  test ${percent(tested)}  ranks: ${list}`,
    );
  }

  private ranked({ segment, rank }: Ranked): string {
    const text = `${segment} ${rank.toFixed(1)}`;
    if (!this.colours) return text;
    if (roles[segment] === 'suspect') return styleText(['bold', 'red'], text);
    return roles[segment] === 'core' ? styleText('green', text) : text;
  }

  private line(text: string): void {
    this.clearBar();
    process.stdout.write(`${text}\n`);
  }

  private clearBar(): void {
    if (this.barShown) process.stdout.write('\r\x1b[K');
    this.barShown = false;
  }

  private dim(text: string): string {
    return this.colours ? styleText('dim', text) : text;
  }
}

const percent = (share: number) => `${(100 * share).toFixed(0).padStart(3)} %`;
