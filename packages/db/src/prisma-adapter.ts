import type { SqlDriverAdapter, SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';

/** The two connections of one open database. */
export interface Adapters {
  readonly writer: SqlDriverAdapter;
  readonly reader: SqlDriverAdapter;
}

const READS = /^\s*SELECT\b/i;

/**
 * Hands both connections to one Prisma client: what only reads goes to the reader, and so never waits for a commit. What
 * writes goes to the writer and belongs into `lane.write`.
 */
export function createPrismaFactory({ writer, reader }: Adapters): SqlDriverAdapterFactory {
  const adapter: SqlDriverAdapter = {
    ...writer,
    queryRaw: (query) => (READS.test(query.sql) ? reader : writer).queryRaw(query),
    dispose: async () => undefined, // who opened them closes them
  };
  return { provider: 'sqlite', adapterName: writer.adapterName, connect: async () => adapter };
}
