import type { DatabaseLogger } from './database-types.js';
import type { StatementLane } from './dialect.js';
import type { PrismaClient } from './generated/sqlite/client.js';

/** What the DAOs share. */
export interface DaoContext {
  readonly lane: StatementLane;
  /** Only ever used inside a turn of the lane; what writes, inside `lane.write`. */
  readonly prisma: PrismaClient;
  readonly now: () => number;
  /** Tells the listeners which rows have become searchable. After the commit, never before. */
  readonly announce: (ids: readonly number[]) => void;
  readonly log: DatabaseLogger | undefined;
}

export function* chunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

export function idsOf(rows: readonly { readonly id: number }[]): number[] {
  return rows.map(({ id }) => id);
}
