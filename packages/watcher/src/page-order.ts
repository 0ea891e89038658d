/**
 * A page worked from both ends, in turns. Neighbours often fail alike (a folder of another user, one card's broken
 * files); mixed with the other end of the page they make no row that looks like a lost mount or a broken encoder.
 */
export function* bothEnds<T>(page: readonly T[]): Generator<T, void, undefined> {
  for (let head = 0, tail = page.length - 1; head <= tail; head += 1, tail -= 1) {
    yield page[head] as T; // inside the bounds of the loop
    if (head < tail) yield page[tail] as T;
  }
}
