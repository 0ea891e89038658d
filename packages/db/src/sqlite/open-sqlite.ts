import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseOptions } from '../database-types.js';
import type { OpenDialect, StatementLane } from '../dialect.js';
import { PrismaClient } from '../generated/sqlite/client.js';
import { type Migration, planMigrations } from '../migration-plan.js';
import { openReader, openWriter, type SqliteConnection } from './connection.js';
import { toDatabaseError } from './errors.js';
import { copyBeforeMigration, copyDatabase } from './file-copies.js';
import { type FileGuard, guardFile } from './file-guard.js';
import { createStatementLane } from './lane.js';
import { type Maintenance, startMaintenance } from './maintenance.js';
import { applyMigrations, readApplied, readMigrations } from './migrations.js';
import { checkPlace, fileOfUrl, makePrivateFile } from './place.js';
import { createPrismaFactory } from './prisma-adapter.js';

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
  readonly log: DatabaseOptions['log'];
}

async function openParts({ url, log, now = Date.now, random = Math.random }: DatabaseOptions): Promise<OpenParts> {
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
  return { file, writer, reader, maintenance, guard, lane, now, log };
}

/** Brings the schema up to date; a file that holds photos already is copied first. */
async function migrate({ file, maintenance, lane, now, log }: OpenParts, known: readonly Migration[]): Promise<void> {
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
async function closeInTime(parts: OpenParts): Promise<void> {
  const timer = new AbortController();
  const late = sleep(CLOSE_LIMIT_MS, 'late', { signal: timer.signal }).catch(() => 'cancelled');
  const ended = await Promise.race([closeParts(parts), late]);
  timer.abort();
  if (ended === 'late')
    parts.log?.warn({ file: parts.file }, 'clip_watch: the disk does not answer; the database is left open');
}

function handUp(parts: OpenParts): OpenDialect {
  const { file, reader, maintenance, guard, lane, log } = parts;
  return {
    lane,
    prisma: new PrismaClient({ adapter: createPrismaFactory(reader.adapter), errorFormat: 'minimal' }),
    get fault() {
      return guard.fault;
    },
    async copy(path) {
      await lane.read(() => copyDatabase(maintenance, path)); // refuses when the database is closed, and is waited for
      log?.info({ file, copy: path }, 'clip_watch: copied the database');
    },
    close: () => closeInTime(parts),
  };
}

/**
 * The front door to SQLite: checks the place, opens the file, or makes it, and applies what migrations are due.
 * @param known other migrations than the program's own, for the tests of what an update does
 * @throws DatabaseError as `openDatabase`
 */
export async function openSqlite(
  options: DatabaseOptions,
  known: readonly Migration[] = readMigrations(),
): Promise<OpenDialect> {
  const parts = await openParts(options);
  try {
    await migrate(parts, known);
    return handUp(parts);
  } catch (error) {
    await closeParts(parts);
    throw toDatabaseError(error, parts.file);
  }
}
