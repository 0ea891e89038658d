/** Bounds the pictures in memory: one slot from the first byte read to the encoder's answer. */
export class PictureSlots {
  readonly #capacity: () => number;
  #used = 0;
  #waiting: (() => void)[] = [];

  /** @param capacity asked again each time, since the encoders' windows change while they run */
  constructor(capacity: () => number) {
    this.#capacity = capacity;
  }

  get used(): number {
    return this.#used;
  }

  /** @throws the signal's reason when it aborts first */
  async take(signal: AbortSignal): Promise<void> {
    while (this.#used >= Math.max(1, this.#capacity())) await this.#freed(signal);
    signal.throwIfAborted();
    this.#used += 1;
  }

  free(): void {
    this.#used -= 1;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  #freed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(signal.reason);
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.push(() => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
    });
  }
}
