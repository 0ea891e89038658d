import { fileURLToPath } from 'node:url';
import type { LibraryRoot } from '@clip-watch/library-root';
import { type AskedChild, createAskedChild, DiskError, type Settle } from './asked-child.js';
import type { FileStat, FolderEntry, FolderReply, FolderRequest, RealPlace } from './folder-protocol.js';

/** Lists folders and stats files below library roots, in a child process that may be killed at any time. */
export interface FolderReader extends AsyncDisposable {
  /** Follows no link. @throws DiskError; `ROOT_CHANGED` when the root is another folder */
  list(root: LibraryRoot, relDir: string): Promise<readonly FolderEntry[]>;
  /**
   * In the order asked for; null if there is no regular file, or a link on the way to it.
   * @throws DiskError as `list` does
   */
  stat(root: LibraryRoot, relPaths: readonly string[]): Promise<readonly (FileStat | null)[]>;
  /** Where a path leads when links are followed. @throws DiskError */
  realPlace(path: string): Promise<RealPlace>;
  /** The system's number for the kind of file system, as `statfs` gives it. @throws DiskError */
  fileSystemType(rootPath: string): Promise<number>;
  close(): Promise<void>;
}

export interface FolderReaderOptions {
  /** The child is killed when a question is unanswered for this long. Default 30,000. */
  readonly silenceMs?: number;
  /** The child ends when it has nothing to do for this long. Default 30,000. */
  readonly idleMs?: number;
}

// Resolves to the built file from src/ and from dist/ alike, so tests run the file that ships.
const CHILD: string = fileURLToPath(new URL('../../dist/library/folder-child.js', import.meta.url));

type Asked = FolderRequest extends infer R ? (R extends FolderRequest ? Omit<R, 'id'> : never) : never;

/** The child is started by the first question. Each library has its own, so a hung mount blocks no other library. */
export function createFolderReader(options: FolderReaderOptions = {}): FolderReader {
  const { silenceMs = 30_000, idleMs = 30_000 } = options;
  const child: AskedChild<FolderReply> = createAskedChild({ file: CHILD, serialization: 'json', silenceMs, idleMs });
  const askOnce = <T>(question: Asked): Promise<T> => {
    const entries: FolderEntry[] = [];
    return child.ask<T>(question, (reply, settle) => takeReply(reply, entries, settle as Settle<unknown>));
  };
  // If the child ended for a reason of its own, that says nothing about the folder.
  const ask = <T>(question: Asked): Promise<T> =>
    askOnce<T>(question).catch((error: unknown) => {
      if (error instanceof DiskError && error.code === 'CHILD') return askOnce<T>(question);
      throw error;
    });
  const close = async (): Promise<void> => child.close();
  return {
    list: ({ rootPath, rootIdentity }, relDir) => ask({ kind: 'list', root: { rootPath, rootIdentity }, relDir }),
    stat: ({ rootPath, rootIdentity }, relPaths) =>
      relPaths.length === 0 ? Promise.resolve([]) : ask({ kind: 'stat', root: { rootPath, rootIdentity }, relPaths }),
    realPlace: (path) => ask({ kind: 'place', path }),
    fileSystemType: (rootPath) => ask({ kind: 'system', rootPath }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function takeReply(reply: FolderReply, entries: FolderEntry[], settle: Settle<unknown>): void {
  switch (reply.kind) {
    case 'entries':
      entries.push(...reply.entries);
      if (reply.last) settle.resolve(entries);
      break;
    case 'stats':
      settle.resolve(reply.stats);
      break;
    case 'progress':
      break;
    case 'place':
      settle.resolve(reply.place);
      break;
    case 'system':
      settle.resolve(reply.type);
      break;
    case 'error':
      settle.reject(new DiskError(reply.code, reply.message));
  }
}
