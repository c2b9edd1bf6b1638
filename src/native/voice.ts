import { megabytes } from './bytes.js';

/** Where the install's lines go: the terminal, or beside the JSON. */
export class Voice {
  private shown = Date.now();
  private pending = false;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  say(line: string): void {
    this.clear();
    this.stream.write(`${line}\n`);
  }

  /** A line that overwrites itself on a terminal, and comes every ten seconds elsewhere. */
  progress(what: string, bytes: number, total: number | undefined): void {
    const text = `${what}: ${megabytes(bytes)}${total ? ` of ${megabytes(total)}` : ''}`;
    if (this.stream.isTTY) {
      this.stream.write(`\r\x1b[K${text}`);
      this.pending = true;
    } else if (Date.now() - this.shown >= 10_000) {
      this.shown = Date.now();
      this.stream.write(`${text}\n`);
    }
  }

  private clear(): void {
    if (this.pending) this.stream.write('\r\x1b[K');
    this.pending = false;
  }
}
