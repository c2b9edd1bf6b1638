/** Decodes under way at once: sharp works on four at a time, and what is decoded waits for its turn in memory. */
const inFlight = 8;

/** What `work` makes of each item, in their order; up to eight are under way while the caller uses the first. */
export async function* inOrder<T, R>(items: readonly T[], work: (item: T) => Promise<R>): AsyncGenerator<R> {
  const started: Promise<R>[] = [];
  let next = 0;
  const start = () => {
    const promise = work(items[next++]);
    // Whoever comes to it hears of its failure; one that nobody comes to any more is no matter.
    promise.catch(() => {});
    started.push(promise);
  };
  while (next < items.length || started.length > 0) {
    while (next < items.length && started.length < inFlight) start();
    yield await started.shift()!;
  }
}
