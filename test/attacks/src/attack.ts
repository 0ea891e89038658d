import type { Random } from './random.js';

/** How much: a few runs in every `npm test`, more in `npm run test:deep`, all of them in `npm run test:nightly`. */
export type Size = 'smoke' | 'deep' | 'nightly';

/** What a round counted. Rounds are added up, but a name that begins with `most` keeps the largest. */
export type Figures = Readonly<Record<string, number>>;

export interface Round {
  readonly size: Size;
  /** Printed when the round fails: the same seed makes the same attack. */
  readonly seed: number;
  readonly random: Random;
  /** Empty, the round's own, removed after it. */
  readonly folder: string;
}

/** One way to attack the running product, from outside: by its command line, HTTP, signals, sockets and files. */
export interface Attack {
  readonly name: string;
  /** What must hold, in one sentence. */
  readonly promise: string;
  readonly rounds: Readonly<Record<Size, number>>;
  /** The figure that says how often it was attacked, for example `kills`. */
  readonly counts: string;
  /** What this machine lacks for it; undefined when nothing. */
  missing?(): string | undefined;
  /** @throws Error when the promise does not hold */
  attack(round: Round): Promise<Figures>;
  /**
   * Shows that the attack bites: the same check on something that is broken, or the same fault without its protection.
   * @returns what it showed, in a few words
   * @throws Error when the fault was not noticed
   */
  control(round: Round): Promise<string>;
}

/** Added up, see {@link Figures}. */
export function addFigures(all: readonly Figures[]): Figures {
  const total: Record<string, number> = {};
  for (const figures of all)
    for (const [name, value] of Object.entries(figures))
      total[name] = name.startsWith('most') ? Math.max(total[name] ?? value, value) : (total[name] ?? 0) + value;
  return total;
}

/** For controls. @returns the error's message @throws Error when the action did not fail */
export async function mustFail(what: string, action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error(`the control found nothing: ${what}`);
}
