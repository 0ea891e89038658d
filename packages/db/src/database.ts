import { setTimeout as sleep } from 'node:timers/promises';
import { createClipStateDao } from './clip-state-dao.js';
import type { Database, DatabaseOptions } from './database-types.js';
import { checkPlace, fileOfUrl, makePrivateFile } from './database-url.js';
import type { Maintenance, StatementLane } from './dialect.js';
import { createEmbeddedListeners } from './embedded-listeners.js';
import { PrismaClient } from './generated/sqlite/client.js';
import { createImageExifDao } from './image-exif-dao.js';
import { createLibraryDao } from './library-dao.js';
import { openReader, openWriter, type SqliteConnection } from './sqlite/connection.js';
import { toDatabaseError } from './sqlite/errors.js';
import { copyBeforeMigration, copyDatabase } from './sqlite/file-copies.js';
import { type FileGuard, guardFile } from './sqlite/file-guard.js';
import { createStatementLane } from './sqlite/lane.js';
import { startMaintenance } from './sqlite/maintenance.js';
import { applyMigrations, type Migration, planMigrations, readApplied, readMigrations } from './sqlite/migrations.js';
import { createPrismaFactory } from './sqlite/prisma-adapter.js';
import { createTableBacklog } from './table-backlog.js';

/** Below the graces of those who close it. */
const CLOSE_LIMIT_MS = 1800;

interface OpenParts {
  readonly file: string;
  readonly writer: SqliteConnection;
  readonly reader: SqliteConnection;
  readonly maintenance: Maintenance;
  readonly guard: FileGuard;
  readonly lane: StatementLane;
  readonly now: () => number;
}

/** Brings the schema up to date; a file that holds photos already is copied first. */
async function migrate(
  { file, maintenance, lane, now }: OpenParts,
  known: readonly Migration[],
  log: DatabaseOptions['log'],
): Promise<void> {
  const applied = await lane.read((sql) => readApplied(sql, file));
  if (planMigrations(file, known, applied).length === 0) return;
  if (applied.length > 0) {
    const copy = await copyBeforeMigration(maintenance, file, now());
    log?.info({ copy }, 'clip_watch: copied the database before updating it');
  }
  const names = await lane.write((sql) => applyMigrations(sql, { file, known, now: now() }));
  log?.info({ migrations: names }, 'clip_watch: the database is up to date');
}

/** The writer goes last: as the last connection it folds the log into the file. */
async function closeParts({ lane, maintenance, guard, reader, writer }: OpenParts): Promise<void> {
  await lane.close();
  guard.close();
  await maintenance.close();
  await reader.close();
  await writer.close();
}

/** A silent disk holds the statement that is on its way, and with it everything that waits for that. */
async function closeWithin(ms: number, parts: OpenParts, log: DatabaseOptions['log']): Promise<void> {
  const timer = new AbortController();
  const late = sleep(ms, 'late', { signal: timer.signal }).catch(() => 'cancelled');
  const ended = await Promise.race([closeParts(parts), late]);
  timer.abort();
  if (ended === 'late')
    log?.warn({ file: parts.file }, 'clip_watch: the disk does not answer; the database is left open');
}

async function openParts(options: DatabaseOptions): Promise<OpenParts> {
  const { url, log, now = Date.now, random = Math.random } = options;
  const file = fileOfUrl(url);
  checkPlace(file);
  makePrivateFile(file);
  const writer = await openWriter(file, random);
  const reader = await openReader(file, random).catch(async (error: unknown) => {
    await writer.close();
    throw error;
  });
  const maintenance = startMaintenance({ file, log });
  const beforeWrite = (): Promise<void> => maintenance.beforeWrite();
  const guard = guardFile({ file, log, now });
  await guard.check(); // What it finds now is what it compares with.
  const checkFile = (): Promise<void> => guard.check();
  const lane = createStatementLane({ writer, reader, file, random, beforeWrite, checkFile });
  return { file, writer, reader, maintenance, guard, lane, now };
}

function assemble(parts: OpenParts, options: DatabaseOptions): Database {
  const { file, writer, reader, maintenance, guard, lane, now } = parts;
  const listeners = createEmbeddedListeners(options.log);
  const isWriting = (): boolean => lane.isWriting;
  const adapter = createPrismaFactory({ writer: writer.adapter, reader: reader.adapter, isWriting });
  const prisma = new PrismaClient({ adapter, errorFormat: 'minimal' });
  const context = { lane, prisma, now, announce: listeners.announce, log: options.log };
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= closeWithin(CLOSE_LIMIT_MS, parts, options.log));
  const libraries = createLibraryDao(context);
  const images = createImageExifDao(context);
  const clipState = createClipStateDao(context);
  return {
    libraries,
    images,
    clipState,
    backlog: createTableBacklog({ libraries, images, clipState }),
    onEmbedded: listeners.add,
    get fault() {
      return guard.fault;
    },
    async backup(path) {
      await lane.read(() => copyDatabase(maintenance, path)); // refuses when the database is closed, and is waited for
      options.log?.info({ file, copy: path }, 'clip_watch: copied the database');
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Opens the database, makes it when it is not there, and applies what migrations are due.
 * @throws DatabaseError BAD_URL, UNSUPPORTED, NOT_WRITABLE, READ_ONLY, NOT_A_DATABASE, NEWER_SCHEMA, EDITED_MIGRATION,
 * UPDATE_FAILED, TWO_SQLITE_COPIES, DISK_FULL, BUSY
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return openDatabaseAt(options, readMigrations());
}

/** As the program with these migrations would open it: for the tests of what an update does. */
export async function openDatabaseAt(options: DatabaseOptions, known: readonly Migration[]): Promise<Database> {
  const parts = await openParts(options);
  try {
    await migrate(parts, known, options.log);
    return assemble(parts, options);
  } catch (error) {
    await closeParts(parts);
    throw toDatabaseError(error, parts.file);
  }
}
