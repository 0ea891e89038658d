import { type DaoContext, ROWS_AT_ONCE } from './dao-context.js';
import type { StatementLane } from './dialect.js';
import { DatabaseError } from './errors.js';
import type { Library as StoredLibrary } from './generated/sqlite/client.js';
import type { GoneAnswer, Library, LibraryDao, LibraryPatch, LibraryQuestion, LibraryState } from './library-types.js';
import { FORGET_KEPT_OF_LIBRARY } from './sql/kept-embeddings.js';
import {
  ADD_LIBRARY,
  FORGET_COUNTERS,
  FORGET_MODEL_COUNTERS,
  REMOVE_LIBRARY,
  SET_DRAIN_STATE,
  UPDATE_LIBRARY,
} from './sql/libraries.js';
import { REMOVE_LIBRARY_ROWS } from './sql/missing-rows.js';

function toLibrary(row: StoredLibrary): Library {
  return {
    id: row.id,
    name: row.name,
    rootPath: row.rootPath,
    excludedDirs: JSON.parse(row.excludedDirs) as string[], // written by this file, and by nobody else
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

/** JSON leaves out what is undefined, and the statement leaves alone what is left out. */
function toPatch({ excludedDirs, ...rest }: LibraryPatch): string {
  return JSON.stringify({ ...rest, excludedDirs: excludedDirs && JSON.stringify(excludedDirs) });
}

/** A batch a transaction, until one finds nothing. */
async function inBatches(lane: StatementLane, statement: typeof REMOVE_LIBRARY_ROWS, libraryId: number): Promise<void> {
  const batch = { libraryId, limit: ROWS_AT_ONCE };
  for (;;) if ((await lane.write((sql) => sql.run(statement, batch))) === 0) return;
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
  async function find(id: number): Promise<Library | null> {
    const row = await lane.read(() => prisma.library.findUnique({ where: { id } }));
    return row === null ? null : toLibrary(row);
  }

  async function read(id: number): Promise<Library> {
    const library = await find(id);
    if (library === null) throw new DatabaseError('NOT_FOUND', `there is no library ${id}; list the libraries again`);
    return library;
  }

  return {
    async list() {
      const rows = await lane.read(() => prisma.library.findMany({ orderBy: { id: 'asc' } }));
      return rows.map(toLibrary);
    },
    find,
    async findByRoot(rootPath) {
      const row = await lane.read(() => prisma.library.findUnique({ where: { rootPath } }));
      return row === null ? null : toLibrary(row);
    },
    async add({ excludedDirs, ...draft }) {
      const values = { ...draft, excludedDirs: JSON.stringify(excludedDirs), now: now() };
      try {
        const [added] = await lane.write((sql) => sql.all(ADD_LIBRARY, values));
        return await read(added!.id); // an insert that did not throw gave its row
      } catch (error) {
        throw duplicate(error, draft.rootPath);
      }
    },
    async update(id, patch) {
      const values = { id, patch: toPatch(patch) };
      await lane.write((sql) => sql.run(UPDATE_LIBRARY, values));
      return read(id);
    },
    async setDrainState(id, state, reason) {
      await lane.write((sql) => sql.run(SET_DRAIN_STATE, { id, state, reason }));
    },
    async remove(id) {
      await inBatches(lane, REMOVE_LIBRARY_ROWS, id);
      await inBatches(lane, FORGET_KEPT_OF_LIBRARY, id);
      await lane.write(async (sql) => {
        await sql.run(FORGET_COUNTERS, { libraryId: id });
        await sql.run(FORGET_MODEL_COUNTERS, { libraryId: id });
        await sql.run(REMOVE_LIBRARY, { id });
      });
    },
  };
}
