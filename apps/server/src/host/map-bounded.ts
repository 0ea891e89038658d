/**
 * Maps with at most `limit` calls running, yielding results as they end, in any order. Takes the next input only when
 * a place is free. A call that throws ends the iteration with its error, after the running ones.
 */
export async function* mapBounded<T, R>(
  inputs: Iterable<T>,
  limit: number,
  map: (input: T) => Promise<R>,
): AsyncGenerator<R> {
  const running = new Set<Promise<void>>();
  const done: R[] = [];
  let failure: { readonly error: unknown } | undefined;
  const start = (input: T): void => {
    const task = map(input)
      .then(
        (result) => void done.push(result),
        (error: unknown) => {
          failure ??= { error };
        },
      )
      .finally(() => running.delete(task));
    running.add(task);
  };
  for (const input of inputs) {
    if (failure !== undefined) break;
    start(input);
    if (running.size >= limit) await Promise.race(running);
    while (done.length > 0) yield done.shift()!;
  }
  while (running.size > 0) {
    await Promise.race(running);
    while (done.length > 0) yield done.shift()!;
  }
  while (done.length > 0) yield done.shift()!;
  if (failure !== undefined) throw failure.error;
}
