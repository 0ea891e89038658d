import type { PrismaReader, StatementLane } from './dialect.js';

/** What the DAOs share. */
export interface DaoContext {
  readonly lane: StatementLane;
  readonly prisma: PrismaReader;
  readonly now: () => number;
  /** Tells the listeners which rows have become searchable. After the commit, never before. */
  readonly announce: (ids: readonly number[]) => void;
}

export function* chunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

export function idsOf(rows: readonly { readonly id: number }[]): number[] {
  return rows.map(({ id }) => id);
}
