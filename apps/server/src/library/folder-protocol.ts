/** The messages between the host and the folder child. Plain data only: they are cloned. */
import type { LibraryRoot } from '@clip-watch/library-root';

export type EntryKind = 'file' | 'directory' | 'link' | 'other';

export interface FolderEntry {
  readonly name: string;
  readonly kind: EntryKind;
}

export interface FileStat {
  readonly relPath: string;
  readonly size: number;
  readonly modifiedAtMs: number;
  /** When the inode last changed. A write always sets this, even if it resets the other times. */
  readonly changedAtMs: number;
  readonly inode: string;
  /** The later of the two: tells whether the file is still being written. */
  readonly touchedAtMs: number;
}

export interface RealPlace {
  readonly path: string;
  readonly isFolder: boolean;
  /** As `identityOf` names it. */
  readonly identity: string;
  /** The system's number for the kind of file system. */
  readonly fileSystem: number;
}

export type FolderRequest =
  | { readonly kind: 'list'; readonly id: number; readonly root: LibraryRoot; readonly relDir: string }
  /** Where a path leads when links are followed, and whether that is a folder. */
  | { readonly kind: 'place'; readonly id: number; readonly path: string }
  /** Which file system the root is on. */
  | { readonly kind: 'system'; readonly id: number; readonly rootPath: string }
  | { readonly kind: 'stat'; readonly id: number; readonly root: LibraryRoot; readonly relPaths: readonly string[] };

export type FolderReply =
  /** Part of a listing; `last` marks its end. */
  | { readonly kind: 'entries'; readonly id: number; readonly entries: readonly FolderEntry[]; readonly last: boolean }
  /** In the order of the request; null for anything that is not a regular file. */
  | { readonly kind: 'stats'; readonly id: number; readonly stats: readonly (FileStat | null)[] }
  /** Still working: tells a slow disk from one that hangs. */
  | { readonly kind: 'progress'; readonly id: number }
  | { readonly kind: 'place'; readonly id: number; readonly place: RealPlace }
  | { readonly kind: 'system'; readonly id: number; readonly type: number }
  | { readonly kind: 'error'; readonly id: number; readonly code: string; readonly message: string };
