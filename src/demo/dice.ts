import { seededRandom } from '../random.js';

/** Seeded draws; everything in the demo comes from one of these. */
export class Dice {
  private readonly next: () => number;

  /** `stream` keeps the draws of one purpose (train, test, probe, …) apart from another's. */
  constructor(seed: number, stream = 0) {
    this.next = seededRandom(Math.imul(seed ^ 0x5bd1e995, 0x27d4eb2f) ^ Math.imul(stream + 1, 0x165667b1));
  }

  /** In [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** A whole number in [low, high], both included. */
  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  chance(p: number): boolean {
    return this.next() < p;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.whole(0, list.length - 1)];
  }

  /** A seed for another generator. */
  seed(): number {
    return this.whole(1, 2 ** 31 - 1);
  }

  /** The numbers 0 … n−1 in random order (Fisher and Yates). */
  order(n: number): number[] {
    const list = Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.whole(0, i);
      [list[i], list[j]] = [list[j], list[i]];
    }
    return list;
  }
}
