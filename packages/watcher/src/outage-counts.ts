const MAX_ENTRIES = 10_000;

/**
 * How often an encoder went away with a photo under way, since the program started. Once is the outage's doing; a photo
 * that is there each time may be its cause. Oldest photos are forgotten first: memory is fixed.
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
