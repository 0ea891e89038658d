import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Sql } from '../dialect.js';
import { DatabaseError } from '../errors.js';
import { type AppliedMigration, type Migration, planMigrations, readFolder } from '../migration-plan.js';
import { isBusy, toDatabaseError } from './errors.js';

/** Beside src/ and dist/ alike: the files are read as they are, since their checksums count. */
export const MIGRATIONS_FOLDER: string = fileURLToPath(new URL('../../prisma/sqlite/migrations', import.meta.url));

const RECORD_TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME, "migration_name" TEXT NOT NULL,
  "logs" TEXT, "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp,
  "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0
)`;

/** Those of a folder, the program's own unless it is told. */
export function readMigrations(folder: string = MIGRATIONS_FOLDER): readonly Migration[] {
  return readFolder(folder);
}

async function tableNames(sql: Sql): Promise<readonly string[]> {
  const rows = await sql.query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
  return rows.map(({ name }) => String(name));
}

/** @throws DatabaseError NOT_A_DATABASE for the file of another program */
export async function readApplied(sql: Sql, file: string): Promise<readonly AppliedMigration[]> {
  const tables = await tableNames(sql);
  if (tables.length === 0) return [];
  if (!tables.includes('_prisma_migrations'))
    throw new DatabaseError(
      'NOT_A_DATABASE',
      `${file} is the database of another program (it has the tables ${tables.slice(0, 5).join(', ')}); name another file`,
    );
  const rows = await sql.query(
    'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  return rows.map((row) => ({ name: String(row.migration_name), checksum: String(row.checksum) }));
}

/** What SQLite says of a statement of ours is no word for a person; what it says of the disk or the lock is. */
async function runMigration(sql: Sql, { name, sql: text }: Migration, file: string): Promise<void> {
  try {
    await sql.script(text);
  } catch (error) {
    if (isBusy(error) || toDatabaseError(error, file) instanceof DatabaseError) throw error;
    throw new DatabaseError(
      'UPDATE_FAILED',
      `${file}: the update ${name} failed and was taken back; start the older clip-watch, which works on, and report this`,
      { cause: error },
    );
  }
}

async function record(sql: Sql, { name, checksum }: Migration, now: number): Promise<void> {
  const at = new Date(now).toISOString().replace('Z', '+00:00');
  await sql.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     VALUES (?, ?, ?, ?, ?, 1)`,
    [randomUUID(), checksum, name, at, at],
  );
}

/**
 * Applies what is due, all or nothing. Call it inside a transaction that holds the write lock: of several programs that
 * start at once one applies, the others find it done.
 * @returns the names that were applied
 * @throws DatabaseError UPDATE_FAILED, and those of `planMigrations`
 */
export async function applyMigrations(
  sql: Sql,
  request: { readonly file: string; readonly known: readonly Migration[]; readonly now: number },
): Promise<readonly string[]> {
  const { file, known, now } = request;
  const due = planMigrations(file, known, await readApplied(sql, file));
  if (due.length > 0) await sql.query(RECORD_TABLE);
  for (const migration of due) {
    await runMigration(sql, migration, file);
    await record(sql, migration, now);
  }
  return due.map(({ name }) => name);
}
