import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A signal that aborts after a time, or together with another one. `AbortSignal.any` over `AbortSignal.timeout` will not
 * do: Node 20 may garbage-collect the time-out, which then never fires.
 */
export function deadlineSignal(ms: number, signal?: AbortSignal): AbortSignal {
  const deadline = new AbortController();
  const onTimeout = (): void => deadline.abort(new DOMException('The time is over.', 'TimeoutError'));
  const timer = setTimeout(onTimeout, ms).unref();
  const onAbort = (): void => {
    clearTimeout(timer);
    deadline.abort(signal?.reason);
  };
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true, signal: deadline.signal });
  return deadline.signal;
}

/**
 * Waits for work no longer than this. The work itself goes on, and what it gives later is dropped.
 * @throws Error when the work takes longer
 */
export async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  const timer = new AbortController();
  const late = sleep(ms, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`it took longer than ${ms} ms`);
  });
  late.catch(() => {}); // Cancelled when the work ends first.
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}
