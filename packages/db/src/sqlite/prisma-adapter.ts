import type { SqlDriverAdapter, SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';

/** The two connections of one open database. */
export interface PrismaConnections {
  readonly writer: SqlDriverAdapter;
  readonly reader: SqlDriverAdapter;
  /** Whether a transaction of the lane is open. */
  readonly isWriting: () => boolean;
}

const READS = /^\s*SELECT\b/i;

/**
 * Hands both connections to one Prisma client. What only reads goes to the reader, and so never waits for a commit; what
 * writes goes to the writer, and only from within `lane.write`: elsewhere it would slip into somebody else's transaction.
 */
export function createPrismaFactory({ writer, reader, isWriting }: PrismaConnections): SqlDriverAdapterFactory {
  const writing = (): SqlDriverAdapter => {
    if (isWriting()) return writer;
    throw new Error('a statement of Prisma that writes belongs into lane.write');
  };
  const adapter: SqlDriverAdapter = {
    ...writer,
    queryRaw: async (query) => (READS.test(query.sql) ? reader : writing()).queryRaw(query),
    executeRaw: async (query) => writing().executeRaw(query),
    dispose: async () => undefined, // who opened them closes them
  };
  return { provider: 'sqlite', adapterName: writer.adapterName, connect: async () => adapter };
}
