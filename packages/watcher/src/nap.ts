import { setTimeout as sleep } from 'node:timers/promises';

/** A pause that can be cut short, also before it began: the reason for it shows a moment before it is taken. */
export class Nap {
  #sleeper: AbortController | undefined;
  #isCancelled = false;

  /** A new reason to rest may come: what was cut short before counts no more. */
  reset(): void {
    this.#isCancelled = false;
  }

  async take(delayMs: number): Promise<void> {
    if (this.#isCancelled) return;
    this.#sleeper = new AbortController();
    // `ref: false`: a drain that only waits keeps no process alive.
    await sleep(delayMs, undefined, { signal: this.#sleeper.signal, ref: false }).catch(() => {});
    this.#sleeper = undefined;
  }

  cutShort(): void {
    this.#isCancelled = true;
    this.#sleeper?.abort();
  }
}
