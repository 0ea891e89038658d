import { createClipStateDao } from './clip-state-dao.js';
import type { Database, DatabaseOptions } from './database-types.js';
import { dialectOf } from './database-url.js';
import type { Dialect, OpenDialect } from './dialect.js';
import { createEmbeddedListeners } from './embedded-listeners.js';
import { createImageExifDao } from './images/image-exif-dao.js';
import { createLibraryDao } from './library-dao.js';
import { openSqlite } from './sqlite/open-sqlite.js';
import { createTableBacklog } from './table-backlog.js';

const OPENERS: Readonly<Record<Dialect, (options: DatabaseOptions) => Promise<OpenDialect>>> = { sqlite: openSqlite };

/** The same DAOs over every dialect. */
export function assembleDatabase(opened: OpenDialect, { log, now = Date.now }: DatabaseOptions): Database {
  const listeners = createEmbeddedListeners(log);
  const context = { lane: opened.lane, prisma: opened.prisma, now, announce: listeners.announce };
  const libraries = createLibraryDao(context);
  const images = createImageExifDao(context);
  const clipState = createClipStateDao(context);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= opened.close());
  return {
    libraries,
    images,
    clipState,
    backlog: createTableBacklog({ libraries, images, clipState }),
    onEmbedded: listeners.add,
    get fault() {
      return opened.fault;
    },
    backup: (path) => opened.copy(path),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Opens the database, makes it when it is not there, and applies what migrations are due.
 *
 * ```ts
 * await using database = await openDatabase({ url: 'file:/home/me/clip-watch/clip-watch.db' });
 * const { pending } = await database.images.counters();
 * ```
 *
 * @throws DatabaseError BAD_URL, UNSUPPORTED, NOT_WRITABLE, READ_ONLY, NOT_A_DATABASE, NEWER_SCHEMA, EDITED_MIGRATION,
 * UPDATE_FAILED, TWO_SQLITE_COPIES, DISK_FULL, BUSY
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return assembleDatabase(await OPENERS[dialectOf(options.url)](options), options);
}
