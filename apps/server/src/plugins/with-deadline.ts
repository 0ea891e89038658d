import { setTimeout as sleep } from 'node:timers/promises';

/** @throws Error when the work takes longer; the work itself goes on, and what it gives later is dropped */
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
