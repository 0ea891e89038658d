/** One library's part of a pass. */
export interface Turn {
  readonly libraryId: number;
  /** `alone`: the ordinary pages are through, what is left crashed a decoder. */
  stage: 'pages' | 'alone' | 'done';
  /** Candidates that it had in this turn. */
  taken: number;
}

/** Whose page is next: one after the other, and who is through may come again. */
export class Turns {
  readonly #queue: Turn[] = [];
  readonly #active = new Set<number>();
  /** Told to come again while their turn still ran: it may have looked too early. */
  readonly #again = new Set<number>();

  constructor(libraryIds: readonly number[]) {
    this.add(libraryIds);
  }

  add(libraryIds: readonly number[]): void {
    for (const libraryId of libraryIds) {
      if (this.#active.has(libraryId)) this.#again.add(libraryId);
      else this.#begin(libraryId);
    }
  }

  take(): Turn | undefined {
    return this.#queue.shift();
  }

  putBack(turn: Turn): void {
    if (turn.stage !== 'done') this.#queue.push(turn);
    else if (this.#again.delete(turn.libraryId)) this.#begin(turn.libraryId);
    else this.#active.delete(turn.libraryId);
  }

  #begin(libraryId: number): void {
    this.#active.add(libraryId);
    this.#queue.push({ libraryId, stage: 'pages', taken: 0 });
  }
}
