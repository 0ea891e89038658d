/**
 * Aborts after a time, or with another signal. Not `AbortSignal.any` over `AbortSignal.timeout`: Node 20 may collect
 * that time-out as garbage, and then it never comes.
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
