import type { PictureSlots } from './picture-slots.js';

/**
 * Prepares items in parallel and yields them in the order in which they become ready, so that a slow picture holds up
 * nothing else.
 *
 * Work is taken only when a slot is free. `prepare` frees its slot itself when it returns undefined (there is nothing
 * to send); a yielded value's slot is freed by whoever gets its answer.
 * @throws what `work` or `prepare` throws, after preparations under way have ended
 */
export async function* prepareAhead<Work, Ready>(options: {
  readonly work: AsyncIterator<Work>;
  readonly slots: PictureSlots;
  readonly signal: AbortSignal;
  prepare(work: Work): Promise<Ready | undefined>;
}): AsyncGenerator<Ready, void, undefined> {
  const ready: Ready[] = [];
  let wake: () => void = () => {};
  let isOver = false;
  let fault: { readonly error: unknown } | undefined;
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(options.signal.reason);
  options.signal.addEventListener('abort', onAbort, { once: true });
  if (options.signal.aborted) onAbort();

  const fail = (error: unknown): void => {
    fault ??= { error };
    stop.abort(error);
    wake();
  };
  const prepareOne = async (work: Work): Promise<void> => {
    const value = await options.prepare(work);
    if (value !== undefined) ready.push(value);
    wake();
  };
  const running = new Set<Promise<void>>();
  const produce = async (): Promise<void> => {
    for (;;) {
      await options.slots.take(stop.signal);
      const next = await options.work.next();
      if (next.done) return options.slots.free();
      const task = prepareOne(next.value)
        .catch(fail)
        .finally(() => running.delete(task));
      running.add(task);
    }
  };
  const producer = produce()
    .catch(fail)
    .then(() => Promise.all(running))
    .finally(() => {
      isOver = true;
      wake();
    });

  try {
    for (;;) {
      if (fault !== undefined) throw fault.error;
      const next = ready.shift();
      if (next !== undefined) yield next;
      else if (isOver) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    options.signal.removeEventListener('abort', onAbort);
    stop.abort(new Error('the encoder takes no more pictures'));
    await options.work.return?.();
    await producer;
  }
}
