/** One listener for all monitors of the process. */
export const atExit = {
  all: new Set<() => void>(),
  listens: false,
  add(end: () => void): void {
    if (!this.listens)
      process.on('exit', () => {
        for (const one of this.all) one();
      });
    this.listens = true;
    this.all.add(end);
  },
  delete(end: () => void): void {
    this.all.delete(end);
  },
};
