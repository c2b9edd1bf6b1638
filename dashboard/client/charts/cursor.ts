export interface Linked {
  showCursor(index: number | null): void;
}

/** One cursor for all charts of a run: they share the epoch axis, so they share the observation pointed at. */
export class CursorGroup {
  private readonly charts = new Set<Linked>();
  private readonly listeners = new Set<(index: number | null) => void>();
  index: number | null = null;

  join(chart: Linked): () => void {
    this.charts.add(chart);
    return () => this.charts.delete(chart);
  }

  listen(listener: (index: number | null) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  show(index: number | null): void {
    if (index === this.index) return;
    this.index = index;
    for (const chart of this.charts) chart.showCursor(index);
    for (const listener of this.listeners) listener(index);
  }
}
