import type { LibraryRoot } from '@clip-watch/library-root';
import { isImageFile } from '@clip-watch/watcher';
import { isOfOnePlace } from '../asked-child.js';
import type { FileStat, FolderEntry } from '../folder-protocol.js';
import type { FolderReader } from '../folder-reader.js';

/** The exclude rules, as far as a walk needs them. */
export interface WalkRules {
  excludes(relPath: string): boolean;
  excludesDirectory(relDir: string): boolean;
}

export type WalkStep =
  | { readonly kind: 'files'; readonly files: readonly FileStat[]; readonly relDir: string }
  /** Images whose names are not valid UTF-8. Node cannot express such a name, so they cannot be opened. */
  | { readonly kind: 'unnameable'; readonly relPaths: readonly string[] }
  /** Nothing is known about what is below it, so its rows stay as they are. */
  | { readonly kind: 'unreadable'; readonly relDir: string; readonly code: string; readonly message: string };

export interface WalkOptions {
  readonly signal?: AbortSignal;
  /** Where to start. Default: the root. */
  readonly from?: readonly string[];
  /** Whether to enter a folder. Default: always. */
  readonly descend?: (relDir: string) => boolean;
  /** Called for each folder before it is listed, so that it is watched from then on. */
  readonly onFolder?: (relDir: string) => void;
}

const STATS_PER_QUESTION = 500;

/** Whether a name may have lost bytes when it was decoded. Some names really contain the replacement character. */
export function isLossyName(relPath: string): boolean {
  return relPath.includes('\uFFFD');
}

/**
 * Visits all files below a root that are images by name, folder by folder. Excluded folders are not entered, and links
 * not followed. In memory are the listing of one folder and the stack of folders still to visit.
 * @throws DiskError when the root itself cannot be listed, or the mount does not answer
 */
export async function* walkLibrary(
  reader: Pick<FolderReader, 'list' | 'stat'>,
  root: LibraryRoot,
  rules: WalkRules,
  options: WalkOptions = {},
): AsyncGenerator<WalkStep> {
  const { signal } = options;
  const stack = [...(options.from ?? [''])];
  for (let relDir = stack.pop(); relDir !== undefined; relDir = stack.pop()) {
    signal?.throwIfAborted();
    options.onFolder?.(relDir);
    const listed = await listFolder(reader, root, relDir);
    if ('kind' in listed) {
      yield listed;
      continue;
    }
    const { folders, images } = sortEntries(listed.entries, relDir, rules);
    stack.push(...folders.filter((folder) => options.descend?.(folder) ?? true).reverse());
    yield* statImages(reader, root, relDir, images, signal);
  }
}

type Listing = { readonly entries: readonly FolderEntry[] } | Extract<WalkStep, { kind: 'unreadable' }>;

async function listFolder(reader: Pick<FolderReader, 'list'>, root: LibraryRoot, relDir: string): Promise<Listing> {
  try {
    return { entries: await reader.list(root, relDir) };
  } catch (error) {
    return unreadable(error, relDir);
  }
}

function unreadable(error: unknown, relDir: string): Extract<WalkStep, { kind: 'unreadable' }> {
  // Below the root, a folder that is gone or lacks permission affects only itself. A silent mount affects everything.
  if (relDir === '' || !isOfOnePlace(error)) throw error;
  return { kind: 'unreadable', relDir, code: error.code, message: error.message };
}

function sortEntries(
  entries: readonly FolderEntry[],
  relDir: string,
  rules: WalkRules,
): { readonly folders: string[]; readonly images: readonly string[] } {
  const folders: string[] = [];
  const images: string[] = [];
  for (const { name, kind } of entries) {
    const relPath = relDir === '' ? name : `${relDir}/${name}`;
    if (kind === 'directory' && !rules.excludesDirectory(relPath)) folders.push(relPath);
    if (kind === 'file' && isImageFile(name) && !rules.excludes(relPath)) images.push(relPath);
  }
  return { folders, images };
}

async function* statImages(
  reader: Pick<FolderReader, 'stat'>,
  root: LibraryRoot,
  relDir: string,
  images: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<WalkStep> {
  for (let start = 0; start < images.length; start += STATS_PER_QUESTION) {
    signal?.throwIfAborted();
    const asked = images.slice(start, start + STATS_PER_QUESTION);
    try {
      const stats = await reader.stat(root, asked);
      yield { kind: 'files', relDir, files: stats.filter((stat) => stat !== null) };
      const unnameable = asked.filter((relPath, at) => stats[at] === null && isLossyName(relPath));
      if (unnameable.length > 0) yield { kind: 'unnameable', relPaths: unnameable };
    } catch (error) {
      yield unreadable(error, relDir === '' ? '.' : relDir);
    }
  }
}
