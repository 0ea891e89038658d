/** Admits work by its weight. In order: a heavy piece of work is not overtaken for ever by light ones. */

export interface MemoryBudget {
  readonly used: number;
  /**
   * Waits until the bytes fit, or until nothing else is admitted: one piece of work alone may be heavier than the
   * whole budget. @returns gives them back; calling it again does nothing
   */
  acquire(bytes: number): Promise<() => void>;
}

export function createMemoryBudget(totalBytes: number): MemoryBudget {
  const waiting: { readonly bytes: number; readonly admit: () => void }[] = [];
  let used = 0;
  let admitted = 0;

  function fits(bytes: number): boolean {
    return admitted === 0 || used + bytes <= totalBytes;
  }
  function take(bytes: number): () => void {
    used += bytes;
    admitted += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      used -= bytes;
      admitted -= 1;
      admitWaiting();
    };
  }
  function admitWaiting(): void {
    for (let next = waiting[0]; next !== undefined && fits(next.bytes); next = waiting[0]) {
      waiting.shift();
      next.admit();
    }
  }

  return {
    get used() {
      return used;
    },
    acquire(bytes) {
      if (waiting.length === 0 && fits(bytes)) return Promise.resolve(take(bytes));
      return new Promise((resolve) => waiting.push({ bytes, admit: () => resolve(take(bytes)) }));
    },
  };
}
