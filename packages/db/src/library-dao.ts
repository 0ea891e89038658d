import type { DaoContext } from './dao-context.js';
import { DatabaseError } from './errors.js';
import type { Library as StoredLibrary } from './generated/sqlite/client.js';
import type { GoneAnswer, Library, LibraryDao, LibraryQuestion, LibraryState } from './library-types.js';
import { FORGET_KEPT_OF_LIBRARY } from './sql/kept-embeddings.js';
import { REMOVE_LIBRARY_ROWS } from './sql/missing-rows.js';

const REMOVE_BATCH = 100;

function toLibrary(row: StoredLibrary): Library {
  return {
    id: row.id,
    name: row.name,
    rootPath: row.rootPath,
    excludedDirs: JSON.parse(row.excludedDirs) as string[], // written by toColumns below, and by nobody else
    state: row.state as LibraryState,
    stateReason: row.stateReason,
    createdAt: Number(row.createdAt),
    lastScanAt: row.lastScanAt === null ? null : Number(row.lastScanAt),
    excludeRulesHash: row.excludeRulesHash,
    rootIdentity: row.rootIdentity,
    question: row.question as LibraryQuestion | null, // these two, like the state, are written by this package alone
    answer: row.answer as GoneAnswer | null,
    gonePhotos: row.gonePhotos,
  };
}

/** Only what the patch names: Prisma reads `undefined` as "leave it". */
function toColumns(patch: Parameters<LibraryDao['update']>[1]) {
  const { excludedDirs, lastScanAt, ...rest } = patch;
  return {
    ...rest,
    ...(excludedDirs === undefined ? {} : { excludedDirs: JSON.stringify(excludedDirs) }),
    ...(lastScanAt === undefined ? {} : { lastScanAt: lastScanAt === null ? null : BigInt(lastScanAt) }),
  };
}

/** In the order they were added. */
export async function listLibraryIds({ lane, prisma }: DaoContext): Promise<readonly number[]> {
  const rows = await lane.read(() => prisma.library.findMany({ select: { id: true }, orderBy: { id: 'asc' } }));
  return rows.map(({ id }) => id);
}

function duplicate(error: unknown, rootPath: string): unknown {
  if (!(error instanceof DatabaseError) || error.code !== 'DUPLICATE') return error;
  return new DatabaseError('DUPLICATE', `${rootPath} is a library already; use that one`, { cause: error });
}

export function createLibraryDao({ lane, prisma, now }: DaoContext): LibraryDao {
  return {
    async list() {
      const rows = await lane.read(() => prisma.library.findMany({ orderBy: { id: 'asc' } }));
      return rows.map(toLibrary);
    },
    async find(id) {
      const row = await lane.read(() => prisma.library.findUnique({ where: { id } }));
      return row === null ? null : toLibrary(row);
    },
    async findByRoot(rootPath) {
      const row = await lane.read(() => prisma.library.findUnique({ where: { rootPath } }));
      return row === null ? null : toLibrary(row);
    },
    async add({ excludedDirs, ...draft }) {
      const data = { ...draft, excludedDirs: JSON.stringify(excludedDirs), createdAt: BigInt(now()) };
      try {
        return toLibrary(await lane.write(() => prisma.library.create({ data })));
      } catch (error) {
        throw duplicate(error, draft.rootPath);
      }
    },
    async update(id, patch) {
      // Not `update`: it reads first, in a transaction of its own.
      const { count } = await lane.write(() => prisma.library.updateMany({ where: { id }, data: toColumns(patch) }));
      const row = count === 0 ? null : await lane.read(() => prisma.library.findUnique({ where: { id } }));
      if (row === null) throw new DatabaseError('NOT_FOUND', `there is no library ${id}; list the libraries again`);
      return toLibrary(row);
    },
    async setDrainState(id, state, stateReason) {
      await lane.write(() =>
        prisma.library.updateMany({ where: { id, state: { not: 'offline' } }, data: { state, stateReason } }),
      );
    },
    async remove(id) {
      for (;;) {
        const batch = { libraryId: id, limit: REMOVE_BATCH };
        if ((await lane.write((sql) => sql.run(REMOVE_LIBRARY_ROWS, batch))) === 0) break;
      }
      for (;;) {
        const batch = { libraryId: id, limit: REMOVE_BATCH };
        if ((await lane.write((sql) => sql.run(FORGET_KEPT_OF_LIBRARY, batch))) === 0) break;
      }
      await lane.write(() => prisma.clipCounter.deleteMany({ where: { libraryId: id } }));
      await lane.write(() => prisma.clipModelCounter.deleteMany({ where: { libraryId: id } }));
      await lane.write(() => prisma.library.deleteMany({ where: { id } }));
    },
  };
}
