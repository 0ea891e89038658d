/** Lets several callers wait for the same piece of work, which is done only once. */
export interface SharedWork<T> {
  /**
   * Joins the work of this name, or begins it. Work that all its callers left may still finish: whoever joins in the
   * meantime gets its result, and it is begun again only if it fails.
   * @param signal ends the wait of this caller only
   * @param begin gets a signal that aborts when the last caller has left
   */
  join(name: string, signal: AbortSignal | undefined, begin: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Whether work of this name is running. */
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
    running.result.catch(() => {}); // By the time it fails, everybody may have left.
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
