import type { PrismaReader, StatementLane } from './dialect.js';

/** What the DAOs share. */
export interface DaoContext {
  readonly lane: StatementLane;
  readonly prisma: PrismaReader;
  readonly now: () => number;
  /** Tells the listeners which rows have become searchable. After the commit, never before. */
  readonly announce: (ids: readonly number[]) => void;
}

/** How many rows a transaction takes at most: each may carry its vector, and the other writers should not feel it. */
export const ROWS_AT_ONCE: number = 100;

export function* chunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

export function idsOf(rows: readonly { readonly id: number }[]): number[] {
  return rows.map(({ id }) => id);
}
