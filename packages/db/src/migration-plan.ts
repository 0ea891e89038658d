import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseError } from './errors.js';

export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, as Prisma's own tools record it. */
  readonly checksum: string;
}

export interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
}

/** The migrations of a dialect, in the order of their names. */
export function readFolder(folder: string): readonly Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

/**
 * What is left to apply.
 * @throws DatabaseError NEWER_SCHEMA when the file knows migrations that this program does not; EDITED_MIGRATION when
 * one was changed after it was applied
 */
export function planMigrations(
  file: string,
  known: readonly Migration[],
  applied: readonly AppliedMigration[],
): readonly Migration[] {
  const byName = new Map(known.map((migration) => [migration.name, migration]));
  const unknown = applied.filter(({ name }) => !byName.has(name));
  if (unknown.length > 0)
    throw new DatabaseError(
      'NEWER_SCHEMA',
      `${file} was written by a newer clip-watch (${unknown.map(({ name }) => name).join(', ')}); ` +
        'start that one, or restore the copy that lies beside the file from before the update',
    );
  const edited = applied.filter(({ name, checksum }) => byName.get(name)?.checksum !== checksum);
  if (edited.length > 0)
    throw new DatabaseError(
      'EDITED_MIGRATION',
      `${file}: the migration ${edited.map(({ name }) => name).join(', ')} was edited after it was applied; ` +
        'put the released file back and write a new migration',
    );
  const done = new Set(applied.map(({ name }) => name));
  return known.filter(({ name }) => !done.has(name));
}
