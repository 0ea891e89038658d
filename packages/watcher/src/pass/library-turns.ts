/**
 * `pages`, `alone`: pending photos, then those of them that crashed a decoder. `reencode`, `reencode-alone`: photos whose
 * vector is of another model, in the same order.
 */
export type Stage = 'pages' | 'alone' | 'reencode' | 'reencode-alone' | 'done';

export const NEXT_STAGE: Readonly<Record<Stage, Stage>> = {
  pages: 'alone',
  alone: 'reencode',
  reencode: 'reencode-alone',
  'reencode-alone': 'done',
  done: 'done',
};

/** One library's part of a pass. */
export interface Turn {
  readonly libraryId: number;
  stage: Stage;
  /** Candidates taken so far in this turn. */
  taken: number;
}

/** Round robin over libraries. A library that is done can be added again; pending photos of all libraries come first. */
export class Turns {
  readonly #queue: Turn[] = [];
  /** Libraries without pending photos left: they wait until the others have none left either. */
  readonly #later: Turn[] = [];
  readonly #active = new Set<number>();
  /** Libraries that were added again during their own turn, which may have looked too early. */
  readonly #again = new Set<number>();

  constructor(libraryIds: readonly number[]) {
    this.add(libraryIds);
  }

  add(libraryIds: readonly number[]): void {
    for (const libraryId of libraryIds) {
      if (!this.#active.has(libraryId)) this.#begin(libraryId);
      else if (!this.#recall(libraryId)) this.#again.add(libraryId);
    }
  }

  take(): Turn | undefined {
    return this.#queue.shift() ?? this.#later.shift();
  }

  putBack(turn: Turn): void {
    if (turn.stage === 'reencode' || turn.stage === 'reencode-alone') this.#later.push(turn);
    else if (turn.stage !== 'done') this.#queue.push(turn);
    else if (this.#again.delete(turn.libraryId)) this.#begin(turn.libraryId);
    else this.#active.delete(turn.libraryId);
  }

  /** Moves a library with new pending photos back to the others. @returns false when it was not set aside */
  #recall(libraryId: number): boolean {
    const at = this.#later.findIndex((turn) => turn.libraryId === libraryId);
    const [turn] = at < 0 ? [] : this.#later.splice(at, 1);
    if (turn === undefined) return false;
    turn.stage = 'pages';
    this.#queue.push(turn);
    return true;
  }

  #begin(libraryId: number): void {
    this.#active.add(libraryId);
    this.#queue.push({ libraryId, stage: 'pages', taken: 0 });
  }
}
