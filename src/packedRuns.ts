import type { Mask } from './types.js';

/**
 * Masks in a few bytes a run, as the store keeps them and large probe sets hold them: the number of runs, then for each
 * the pixels between the run before and it, and its length, all as LEB128 (seven bits a byte, low bits first).
 */
export class Packer {
  readonly bytes: number[] = [];

  number(value: number): void {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.bytes.push((rest % 128) | 128);
    this.bytes.push(rest);
  }

  runs(runs: Mask['runs']): void {
    this.number(runs.length / 2);
    let end = 0;
    for (let r = 0; r < runs.length; r += 2) {
      this.number(runs[r] - end);
      this.number(runs[r + 1]);
      end = runs[r] + runs[r + 1];
    }
  }
}

/** Reads what a `Packer` wrote, in the same order. */
export class Unpacker {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  number(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.bytes[this.at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  runs(): Mask['runs'] {
    const runs = new Uint32Array(2 * this.number());
    let end = 0;
    for (let r = 0; r < runs.length; r += 2) {
      runs[r] = end + this.number();
      runs[r + 1] = this.number();
      end = runs[r] + runs[r + 1];
    }
    return runs;
  }
}
