import type { KnownFile } from '@clip-watch/db';
import type { FileStat } from './folder-protocol.js';

/** A file whose size and time have not moved for so long counts as written. */
export const REST_MS: number = 2_000;

export interface ScanWork {
  readonly file: FileStat;
  readonly isNew: boolean;
}

export interface ScanPlan {
  /** Ids of rows whose file is there. */
  readonly seen: readonly number[];
  readonly work: readonly ScanWork[];
  /** Somebody may still be writing these. */
  readonly growing: readonly ScanWork[];
}

/** Compares one batch of the walk with its rows. Size and whole-millisecond time decide; the hash is for ingest. */
export function planScanBatch(files: readonly FileStat[], known: readonly KnownFile[], now: number): ScanPlan {
  const rows = new Map(known.map((row) => [row.relPath, row]));
  const seen: number[] = [];
  const work: ScanWork[] = [];
  const growing: ScanWork[] = [];
  for (const file of files) {
    const row = rows.get(file.relPath);
    if (row !== undefined) seen.push(row.id);
    if (row !== undefined && row.fileSize === file.size && row.modifiedAtMs === file.modifiedAtMs) continue;
    (isResting(file, now) ? work : growing).push({ file, isNew: row === undefined });
  }
  return { seen, work, growing };
}

/** A time in the future is a wrong clock, not a writer. */
export function isResting(file: FileStat, now: number): boolean {
  const age = now - file.touchedAtMs;
  return age >= REST_MS || age < -REST_MS;
}

/** New before changed, small before large: most photos are searchable soonest. Ties by path, so that runs are alike. */
export function byUrgency(left: ScanWork, right: ScanWork): number {
  if (left.isNew !== right.isNew) return left.isNew ? -1 : 1;
  return left.file.size - right.file.size || (left.file.relPath < right.file.relPath ? -1 : 1);
}

/** Whether a path lies in one of the folders that could not be read: its row is left as it is. */
export function isBelowAny(relPath: string, folders: readonly string[]): boolean {
  return folders.some((folder) => (folder === '.' ? !relPath.includes('/') : relPath.startsWith(`${folder}/`)));
}
