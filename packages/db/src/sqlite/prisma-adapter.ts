import type { SqlDriverAdapter, SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';

/** Gives Prisma the connection that reads: it never waits for a commit, and a statement that writes is refused there. */
export function createPrismaFactory(reader: SqlDriverAdapter): SqlDriverAdapterFactory {
  const adapter: SqlDriverAdapter = { ...reader, dispose: async () => undefined }; // who opened it closes it
  return { provider: 'sqlite', adapterName: reader.adapterName, connect: async () => adapter };
}
