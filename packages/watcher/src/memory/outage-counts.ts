const MAX_ENTRIES = 10_000;

/**
 * How often an encoder went away while it had a photo, since the program started. Once means nothing; a photo that is
 * there each time may be the cause. The oldest are forgotten first, so memory is bounded.
 */
export class OutageCounts {
  readonly #counts = new Map<number, number>();

  get(imageId: number): number {
    return this.#counts.get(imageId) ?? 0;
  }

  add(imageId: number): void {
    const count = this.get(imageId) + 1;
    this.#counts.delete(imageId);
    this.#counts.set(imageId, count);
    if (this.#counts.size <= MAX_ENTRIES) return;
    const oldest = this.#counts.keys().next();
    if (!oldest.done) this.#counts.delete(oldest.value);
  }

  clear(imageId: number): void {
    this.#counts.delete(imageId);
  }
}
