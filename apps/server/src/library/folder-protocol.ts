/** What goes between the host and the folder child. Plain data: everything here is cloned. */
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
  /** Of the inode: a write sets it, whatever it does to the other times. */
  readonly changedAtMs: number;
  readonly inode: string;
  /** The later of content and inode change: what says whether somebody still writes. */
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
  /** Where a path really lies, links followed, and whether it is a folder. */
  | { readonly kind: 'place'; readonly id: number; readonly path: string }
  /** Which file system the root lies on. */
  | { readonly kind: 'system'; readonly id: number; readonly rootPath: string }
  | { readonly kind: 'stat'; readonly id: number; readonly root: LibraryRoot; readonly relPaths: readonly string[] };

export type FolderReply =
  /** A part of a listing; the last one says so. */
  | { readonly kind: 'entries'; readonly id: number; readonly entries: readonly FolderEntry[]; readonly last: boolean }
  /** In the order of the request; null where there is no regular file. */
  | { readonly kind: 'stats'; readonly id: number; readonly stats: readonly (FileStat | null)[] }
  /** Still at it: a slow disk is no disk that hangs. */
  | { readonly kind: 'progress'; readonly id: number }
  | { readonly kind: 'place'; readonly id: number; readonly place: RealPlace }
  | { readonly kind: 'system'; readonly id: number; readonly type: number }
  | { readonly kind: 'error'; readonly id: number; readonly code: string; readonly message: string };
