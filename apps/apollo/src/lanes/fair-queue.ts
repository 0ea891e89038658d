/**
 * A queue with a line for each owner; takers get one from each line in turn, so that a stream that sends a thousand
 * items does not make another one wait for all of them.
 */
export class FairQueue<Owner extends object, Entry extends { readonly owner: Owner }> {
  /** In the order in which owners have their turn. */
  readonly #lines = new Map<Owner, Entry[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(entry: Entry): void {
    const line = this.#lines.get(entry.owner);
    if (line) line.push(entry);
    else this.#lines.set(entry.owner, [entry]);
    this.#size++;
  }

  /** The entry that is next in turn, left where it is. */
  peek(): Entry | undefined {
    for (const line of this.#lines.values()) return line[0];
    return undefined;
  }

  take(): Entry | undefined {
    for (const [owner, line] of this.#lines) {
      const entry = line.shift();
      this.#lines.delete(owner);
      if (line.length > 0) this.#lines.set(owner, line);
      if (entry) this.#size--;
      return entry;
    }
    return undefined;
  }

  /** @returns false when the entry was not waiting (any more) */
  remove(entry: Entry): boolean {
    const line = this.#lines.get(entry.owner);
    const at = line?.indexOf(entry) ?? -1;
    if (line === undefined || at < 0) return false;
    line.splice(at, 1);
    if (line.length === 0) this.#lines.delete(entry.owner);
    this.#size--;
    return true;
  }

  /** The owners that have entries here, and how many. */
  *owners(): IterableIterator<readonly [owner: Owner, waiting: number]> {
    for (const [owner, line] of this.#lines) yield [owner, line.length];
  }

  *[Symbol.iterator](): IterableIterator<Entry> {
    for (const line of this.#lines.values()) yield* line;
  }
}
