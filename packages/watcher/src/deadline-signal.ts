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
