/** Work that several callers wait for at the same time and that is done once. */
export interface SharedWork<T> {
  /**
   * Joins the work of this name, or begins it. Work that everybody left may come to its end all the same: whoever comes
   * meanwhile gets that, and only when it came to nothing is it begun again.
   * @param signal of this caller: it gets the reason at once, and the others go on
   * @param begin its signal is aborted when the last caller has left
   */
  join(name: string, signal: AbortSignal | undefined, begin: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Whether such work is under way. */
  has(name: string): boolean;
}

interface Running<T> {
  readonly result: Promise<T>;
  readonly unwanted: AbortController;
  callers: number;
}

export function createSharedWork<T>(): SharedWork<T> {
  const byName = new Map<string, Running<T>>();

  const start = (name: string, begin: (signal: AbortSignal) => Promise<T>): Running<T> => {
    const unwanted = new AbortController();
    const running: Running<T> = { unwanted, callers: 0, result: begin(unwanted.signal).finally(() => forget()) };
    const forget = (): void => {
      if (byName.get(name) === running) byName.delete(name);
    };
    running.result.catch(() => {}); // Everybody may have left before it fails.
    byName.set(name, running);
    return running;
  };

  const joined = (name: string, begin: (signal: AbortSignal) => Promise<T>): Running<T> => {
    const running = byName.get(name);
    if (running === undefined) return start(name, begin);
    if (!running.unwanted.signal.aborted) return running;
    return start(name, (signal) => running.result.catch(() => begin(signal)));
  };

  return {
    has: (name) => byName.has(name),
    async join(name, signal, begin) {
      signal?.throwIfAborted();
      const running = joined(name, begin);
      running.callers++;
      return await new Promise((resolve, reject) => {
        const leave = (): void => {
          reject(signal?.reason);
          if (--running.callers === 0) running.unwanted.abort(signal?.reason);
        };
        signal?.addEventListener('abort', leave, { once: true });
        running.result.then(resolve, reject).finally(() => signal?.removeEventListener('abort', leave));
      });
    },
  };
}
