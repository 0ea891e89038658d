/** A state that is shown to people and that code can wait for. */
export class ObservableState<State extends string> {
  readonly #watchers = new Set<() => void>();
  #state: State;
  #reason: string | undefined;

  constructor(state: State, reason?: string) {
    this.#state = state;
    this.#reason = reason;
  }

  get state(): State {
    return this.#state;
  }

  get reason(): string | undefined {
    return this.#reason;
  }

  enter(state: State, reason?: string): void {
    this.#state = state;
    this.#reason = reason;
    this.tell();
  }

  /** Makes every waiter check its condition again, after something other than the state changed. */
  tell(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  /** Resolves when the condition holds, now or after a change. Rejects with the signal's reason. */
  until(condition: () => boolean, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stopWatching = (): void => {
        this.#watchers.delete(look);
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        stopWatching();
        reject(signal?.reason);
      };
      const look = (): void => {
        if (!condition()) return;
        stopWatching();
        resolve();
      };
      if (signal?.aborted) return onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#watchers.add(look);
      look();
    });
  }
}
