/** Runs tasks after their delay, at most `workers` at once. Stands for the model behind the server. */
export interface WorkQueue {
  run(delayMs: number, task: () => void): void;
  /** Forgets everything that waits. */
  clear(): void;
}

export function createWorkQueue(workers: number): WorkQueue {
  const timers = new Set<NodeJS.Timeout>();
  let waiting: { delayMs: number; task: () => void }[] = [];
  const startNext = (): void => {
    while (timers.size < workers) {
      const next = waiting.shift();
      if (!next) return;
      const timer = setTimeout(() => {
        timers.delete(timer);
        next.task();
        startNext();
      }, next.delayMs);
      timers.add(timer);
    }
  };
  return {
    run: (delayMs, task) => {
      if (delayMs === 0 && workers === Number.POSITIVE_INFINITY) return task();
      waiting.push({ delayMs, task });
      startNext();
    },
    clear: () => {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      waiting = [];
    },
  };
}
