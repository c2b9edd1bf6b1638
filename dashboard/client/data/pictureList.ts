import type { PictureItem, PictureSort, PicturesPage } from '../../wire.js';
import type { At } from '../route.js';
import { get } from './api.js';

export interface PictureQuery {
  run: number;
  at: At;
  segment: string | null;
  className: string | null;
  sort: PictureSort;
  /** Null: sorted by the values of `at`. */
  sorted: At | null;
}

/** A picture with the observation that its values are of. */
export type Listed = PictureItem & { at: At };

/** Pictures a request. */
const pageSize = 48;

/** What is scrolled past is not asked for: the view must have stood still this long, ms. */
const rest = 90;

/**
 * A sorted list of pictures of which only the parts that are looked at are fetched. Where only the observation changes
 * and the order stays, the old values stand until the new ones are there: pictures keep their places.
 */
export class PictureList {
  head: PicturesPage | undefined;
  readonly items = new Map<number, Listed>();
  private query: PictureQuery | undefined;
  private wanted: [number, number] = [0, 0];
  private asked = new Set<number>();
  private stale = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly changed: () => void,
    private readonly failed: (error: Error) => void,
  ) {}

  look(query: PictureQuery): void {
    const before = this.query;
    if (JSON.stringify(before) === JSON.stringify(query)) return;
    this.query = query;
    this.asked = new Set();
    if (!before || orderOf(before) !== orderOf(query)) {
      this.stale = true;
      this.wanted = [0, 0];
    }
    this.fetch();
  }

  /** The places that are looked at, the last included. */
  need(first: number, last: number): void {
    this.wanted = [first, last];
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fetch(), this.head ? rest : 0);
  }

  close(): void {
    clearTimeout(this.timer);
    this.query = undefined;
  }

  private fetch(): void {
    if (!this.query) return;
    const [first, last] = this.wanted.map((place) => Math.floor(place / pageSize));
    for (let page = first; page <= last; page++) {
      if (this.asked.has(page)) continue;
      this.asked.add(page);
      this.fetchPage(this.query, page);
    }
  }

  private async fetchPage(query: PictureQuery, page: number): Promise<void> {
    const { run, at, segment, className, sort, sorted } = query;
    try {
      const answer = await get<PicturesPage>(`runs/${run}/observations/${at.epoch}/pictures`, {
        step: at.step,
        segment,
        class: className,
        sort,
        sortEpoch: sorted?.epoch,
        sortStep: sorted?.step,
        offset: page * pageSize,
        limit: pageSize,
      });
      if (query !== this.query) return;
      if (this.stale) this.items.clear();
      this.stale = false;
      this.head = answer;
      answer.items.forEach((item, i) => {
        this.items.set(page * pageSize + i, { ...item, at });
      });
      this.changed();
    } catch (error) {
      if (query !== this.query) return;
      this.asked.delete(page);
      this.failed(error as Error);
    }
  }
}

/** Equal where the same pictures stand at the same places. */
function orderOf({ run, at, segment, className, sort, sorted }: PictureQuery): string {
  return JSON.stringify([run, segment, className, sort, sorted ?? at]);
}
