import { createHash } from 'node:crypto';
import type { ChildInput } from '../children/child-protocol.js';

/** How many inputs are remembered; the oldest go first. */
const CAPACITY = 1000;

/**
 * Inputs that were in hand when a child broke. Each is tried again by itself, so that one that breaks children is
 * found out without blaming its neighbours. Known by their bytes: a client may send what names it likes.
 */
export class Suspects {
  readonly #prints = new Set<string>();

  get size(): number {
    return this.#prints.size;
  }

  add(input: ChildInput): void {
    const print = fingerprint(input);
    this.#prints.delete(print);
    this.#prints.add(print);
    for (const oldest of this.#prints) {
      if (this.#prints.size <= CAPACITY) break;
      this.#prints.delete(oldest);
    }
  }

  has(input: ChildInput): boolean {
    // Hashing every input only to find it in an empty set would cost more than the model's own overhead.
    return this.#prints.size > 0 && this.#prints.has(fingerprint(input));
  }

  clear(input: ChildInput): void {
    if (this.#prints.size > 0) this.#prints.delete(fingerprint(input));
  }
}

function fingerprint(input: ChildInput): string {
  return createHash('sha256').update(input).digest('base64');
}
