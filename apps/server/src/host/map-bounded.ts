/**
 * Maps inputs with at most `limit` calls running at once, and yields each result as soon as it is there. If a call
 * throws, no further ones are started, and the iteration throws that error once the running ones have ended.
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
