import type { KnownFile } from '@clip-watch/db';
import type { ComparableFacts } from '../file-systems.js';
import type { FileStat } from '../folder-protocol.js';

/** A file that has not changed for this long is taken to be complete. */
export const REST_MS: number = 2_000;

export interface ScanWork {
  readonly file: FileStat;
  readonly isNew: boolean;
  /** Its row was marked missing, which reading the file undoes. */
  readonly isBack: boolean;
}

export interface ScanPlan {
  /** Ids of rows whose files are there. */
  readonly seen: readonly number[];
  readonly work: readonly ScanWork[];
  /** Files that may still be being written. */
  readonly growing: readonly ScanWork[];
  /** Rows written by an older version, which did not store inodes. */
  readonly unnoted: readonly { readonly id: number; readonly changedAtMs: number; readonly inode: string }[];
}

/**
 * Compares one batch of the walk with its rows, by size, times in whole milliseconds, and inode. Hashes are compared
 * later, when a file is ingested.
 * @param compare which of these can be trusted on this file system
 */
export function planScanBatch(
  files: readonly FileStat[],
  known: readonly KnownFile[],
  now: number,
  compare: ComparableFacts,
): ScanPlan {
  const rows = new Map(known.map((row) => [row.relPath, row]));
  const seen: number[] = [];
  const work: ScanWork[] = [];
  const growing: ScanWork[] = [];
  const unnoted: { id: number; changedAtMs: number; inode: string }[] = [];
  for (const file of files) {
    const row = rows.get(file.relPath);
    if (row !== undefined) seen.push(row.id);
    if (row !== undefined && isUnchanged(row, file, compare)) {
      const { changedAtMs, inode } = file;
      if (row.changedAtMs === null) unnoted.push({ id: row.id, changedAtMs, inode });
      continue;
    }
    const isBack = row !== undefined && row.missingSince !== null;
    (isResting(file, now) ? work : growing).push({ file, isNew: row === undefined, isBack });
  }
  return { seen, work, growing, unnoted };
}

function isUnchanged(row: KnownFile, file: FileStat, compare: ComparableFacts): boolean {
  if (row.fileSize !== file.size || row.modifiedAtMs !== file.modifiedAtMs) return false;
  if (row.changedAtMs === null) return true;
  if (compare.changedAt && row.changedAtMs !== file.changedAtMs) return false;
  return !compare.inode || row.inode === file.inode;
}

/** A time in the future means that a clock is wrong, not that the file is being written. */
export function isResting(file: FileStat, now: number): boolean {
  const age = now - file.touchedAtMs;
  return age >= REST_MS || age < -REST_MS;
}

/** New before changed and small before large, so that many photos are searchable early. Ties go by path. */
export function byUrgency(left: ScanWork, right: ScanWork): number {
  if (left.isNew !== right.isNew) return left.isNew ? -1 : 1;
  return left.file.size - right.file.size || (left.file.relPath < right.file.relPath ? -1 : 1);
}

/** Whether a path lies in one of these folders. `.` stands for the root, without its subfolders. */
export function isBelowAny(relPath: string, folders: readonly string[]): boolean {
  return folders.some((folder) => (folder === '.' ? !relPath.includes('/') : relPath.startsWith(`${folder}/`)));
}
