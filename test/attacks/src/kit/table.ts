/** The table past the program: what really lies in the database file. */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';

interface RawDatabase {
  prepare(sql: string): { all(...values: readonly unknown[]): unknown[] };
  pragma(text: string, options?: { readonly simple: boolean }): unknown;
  close(): void;
}

const LINE = Number(process.versions.node.split('.')[0]) >= 22 ? 13 : 12; // as the program chooses
const Driver = createRequire(import.meta.url)(`better-sqlite3-${LINE}`) as new (
  file: string,
  options: { readonly readonly: boolean; readonly timeout: number },
) => RawDatabase; // as in its README; the package brings no types

export interface TableRow {
  readonly relPath: string;
  readonly contentHash: string;
  readonly status: 'pending' | 'encoded' | 'failed' | 'skipped';
  readonly reason: string | null;
  readonly attempts: number;
  readonly isMissing: boolean;
  readonly vector: Buffer | null;
}

const ROWS = `
  SELECT rel_path AS relPath, content_hash AS contentHash, clip_status AS status, clip_error_reason AS reason,
    clip_attempts AS attempts, missing_since IS NOT NULL AS isMissing, clip_embedding AS vector
  FROM image_exif ORDER BY rel_path`;

/** @throws Error when SQLite says that the file is harmed */
export function readTable(dataDir: string): readonly TableRow[] {
  const db = new Driver(join(dataDir, 'clip-watch.db'), { readonly: true, timeout: 30_000 });
  try {
    const sound = String(db.pragma('integrity_check', { simple: true }));
    if (sound !== 'ok') throw new Error(`the database is harmed: ${sound}`);
    const rows = db.prepare(ROWS).all() as (Omit<TableRow, 'isMissing'> & { isMissing: number })[]; // columns of the query
    return rows.map((row) => ({ ...row, isMissing: row.isMissing === 1 }));
  } finally {
    db.close();
  }
}

/** What a person sees: neither gone nor left out. */
export function shownRows(rows: readonly TableRow[]): readonly TableRow[] {
  return rows.filter(({ isMissing, status }) => !isMissing && status !== 'skipped');
}

export function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Cosine of two stored vectors. */
export function cosine(left: Buffer, right: Buffer): number {
  const [a, b] = [floats(left), floats(right)];
  if (a.length !== b.length) return 0;
  const product = (x: Float32Array, y: Float32Array): number =>
    x.reduce((sum, value, at) => sum + value * (y[at] ?? 0), 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

/** A copy: a view would need an aligned offset. */
function floats(bytes: Buffer): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
