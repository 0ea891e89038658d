import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { assembleDatabase } from '../database.js';
import type { Database, DatabaseOptions } from '../database-types.js';
import type { Migration } from '../migration-plan.js';
import { openSqliteAdapter } from '../sqlite/adapter.js';
import { MIGRATIONS_FOLDER, readMigrations } from '../sqlite/migrations.js';
import { openSqlite } from '../sqlite/open-sqlite.js';
import { fileOfUrl } from '../sqlite/place.js';

/** As the program with these migrations would open it. */
export async function openDatabaseAt(options: DatabaseOptions, known: readonly Migration[]): Promise<Database> {
  return assembleDatabase(await openSqlite(options, known), options);
}

/** Runs statements past the program, as an older one or a stranger would. */
export async function runSql(url: string, sql: string): Promise<void> {
  const adapter = await openSqliteAdapter({ file: fileOfUrl(url) });
  await adapter.executeScript(sql);
  await adapter.dispose();
}

/** What the photos' rows hold in `makeOlderDatabase`. */
export const OLD_VECTOR: readonly number[] = [0.5, -0.5, 0.25, 1];

/** A photo in each state, in the words of the first schema: an older program knows no newer ones. */
function firstRows(): string {
  const hash = (name: string): string => `'${createHash('sha256').update(name).digest('hex')}'`;
  const vector = Buffer.from(new Float32Array(OLD_VECTOR).buffer).toString('hex');
  const facts = (name: string): string => `1, '${name}', 1, 1, ${hash(name)}, 1`;
  const columns = 'library_id, rel_path, file_size, modified_at_ms, content_hash, sort_time';
  return `
INSERT INTO library (id, name, root_path, created_at) VALUES (1, 'old', '/old', 1);
UPDATE clip_state SET active_model_version = 'model-a', wanted_model_version = 'model-a', model_name = 'A', dimension = 4;
INSERT INTO image_exif (${columns}) VALUES (${facts('fresh.jpg')});
INSERT INTO image_exif (${columns}, clip_status, clip_model_version, clip_quality, clip_embedding)
  VALUES (${facts('done.jpg')}, 'encoded', 'model-a', 'full', x'${vector}');
INSERT INTO image_exif (${columns}, clip_status, clip_attempts, clip_error_class, clip_error_reason)
  VALUES (${facts('bad.jpg')}, 'failed', 1, 'photo', 'corrupt');
INSERT INTO image_exif (${columns}, clip_status, clip_error_reason) VALUES (${facts('hidden.jpg')}, 'skipped', 'excluded');
INSERT INTO image_exif (${columns}, missing_since) VALUES (${facts('gone.jpg')}, 5);
`;
}

/**
 * A file as the program of these migrations left it. Its rows were put in after the first one and went through all the
 * others.
 */
export async function makeOlderDatabase(url: string, migrations: readonly Migration[]): Promise<void> {
  await (await openDatabaseAt({ url }, migrations.slice(0, 1))).close();
  await runSql(url, firstRows());
  await (await openDatabaseAt({ url }, migrations)).close();
  removeCopies(dirname(url.slice('file:'.length)));
}

/** Copies that were made on the way to this version: a test counts those of its own updates. */
function removeCopies(folder: string): void {
  for (const name of readdirSync(folder)) if (name.includes('before-update')) rmSync(join(folder, name));
}

/** The migrations there are and one that nobody wrote, read from a folder as the program reads its own. */
export function withMadeUpMigration(folder: string, sql: string): readonly Migration[] {
  cpSync(MIGRATIONS_FOLDER, folder, { recursive: true });
  const madeUp = join(folder, '99990101000000_made_up');
  mkdirSync(madeUp);
  writeFileSync(join(madeUp, 'migration.sql'), sql);
  return readMigrations(folder);
}
