const WINDOW_S = 30;

/** Events a second over the last half minute. Memory is fixed: one bucket a second. */
export class Throughput {
  readonly #now: () => number;
  readonly #buckets = new Map<number, number>();
  #startedAt: number | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(count: number): void {
    const second = Math.floor(this.#now() / 1000);
    this.#startedAt ??= this.#now();
    this.#buckets.set(second, (this.#buckets.get(second) ?? 0) + count);
    this.#forget(second);
  }

  /** Starts over: an idle hour says nothing about the speed of the next run. */
  restart(): void {
    this.#buckets.clear();
    this.#startedAt = this.#now();
  }

  perSecond(): number {
    if (this.#startedAt === undefined) return 0;
    this.#forget(Math.floor(this.#now() / 1000));
    const total = [...this.#buckets.values()].reduce((sum, count) => sum + count, 0);
    const elapsedS = Math.min(WINDOW_S, Math.max(1, (this.#now() - this.#startedAt) / 1000));
    return total / elapsedS;
  }

  #forget(second: number): void {
    // If the clock jumped back, buckets in the future would otherwise stay forever.
    for (const key of this.#buckets.keys()) if (key <= second - WINDOW_S || key > second) this.#buckets.delete(key);
  }
}
