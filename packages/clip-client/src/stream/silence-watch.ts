/** Notices that a server which promised heartbeats says nothing while items wait: slow is told from dead. */
export interface SilenceWatch {
  /** @param waiting items without an answer, this one included */
  itemSent(waiting: number): void;
  messageCame(): void;
  stop(): void;
}

export interface SilenceWatchOptions {
  readonly patienceMs: number;
  isWaiting(): boolean;
  onSilent(): void;
}

/** One lazy timer: it looks again when it fires, instead of being moved by each message. */
export function createSilenceWatch({ isWaiting, onSilent, patienceMs }: SilenceWatchOptions): SilenceWatch {
  let quietSince = Date.now();
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    timer = undefined;
    if (!isWaiting()) return;
    const leftMs = patienceMs - (Date.now() - quietSince);
    if (leftMs <= 0) onSilent();
    else timer = setTimeout(look, leftMs);
  };
  return {
    itemSent: (waiting) => {
      // The silence of a server that had nothing to answer does not count.
      if (waiting === 1) quietSince = Date.now();
      timer ??= setTimeout(look, patienceMs);
    },
    messageCame: () => {
      quietSince = Date.now();
    },
    stop: () => clearTimeout(timer),
  };
}
