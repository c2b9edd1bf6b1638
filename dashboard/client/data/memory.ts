/** Keeps the last answers, so that what is scrolled back to is there at once; failures are asked for again. */
export class Memory<T> {
  private readonly known = new Map<string, Promise<T>>();

  constructor(private readonly most: number) {}

  get(key: string, ask: () => Promise<T>): Promise<T> {
    const answer = this.known.get(key) ?? ask();
    this.known.delete(key);
    this.known.set(key, answer);
    answer.catch(() => this.known.delete(key));
    if (this.known.size > this.most) this.known.delete(this.known.keys().next().value!);
    return answer;
  }
}
