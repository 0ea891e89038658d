import { Driver } from './db-driver.mjs';

/** The part of better-sqlite3 that these tests use; the package brings no types. */
export interface RawDatabase {
  prepare(sql: string): { get(...values: readonly unknown[]): unknown; all(...values: readonly unknown[]): unknown[] };
  pragma(text: string, options?: { readonly simple: boolean }): unknown;
  exec(sql: string): void;
  close(): void;
}

/** Opens a database file past the program, to look at what is really in it. */
export function openRaw(file: string): RawDatabase {
  return new Driver(file);
}

/**
 * What a file holds of what its writer acknowledged.
 * @returns SQLite's word on the file, and the ids that are not there whole
 */
export function inspect(
  file: string,
  acknowledged: readonly number[],
): { readonly sound: string; readonly lost: readonly number[] } {
  const db = openRaw(file);
  const read = db.prepare('SELECT clip_status AS status, length(clip_embedding) AS bytes FROM image_exif WHERE id = ?');
  const lost = acknowledged.filter((id) => {
    const row = read.get(id) as { status: string; bytes: number } | undefined; // columns of the line above
    return row?.status !== 'encoded' || row.bytes !== 128;
  });
  const sound = String(db.pragma('integrity_check', { simple: true }));
  db.close();
  return { sound, lost };
}
