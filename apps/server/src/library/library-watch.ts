import type { Library } from '@clip-watch/db';
import type { LibraryRoot } from '@clip-watch/library-root';
import type { BaseLogger } from 'pino';
import { DiskError } from './asked-child.js';
import { remoteFileSystem } from './file-systems.js';
import type { FolderReader } from './folder-reader.js';
import type { FolderWatches, FolderWatchListener } from './folder-watches.js';

/** How changes in a library are noticed between scans. `off`: not at all, or not yet. */
export type WatchMode = 'events' | 'polling' | 'off';

export interface LibraryWatchDeps {
  readonly libraryId: number;
  readonly watches: FolderWatches;
  readonly reader: Pick<FolderReader, 'fileSystemType'>;
  readonly log?: Pick<BaseLogger, 'info' | 'warn'> | undefined;
  onChanged: FolderWatchListener['onChanged'];
  onRootChanged: FolderWatchListener['onRootChanged'];
  /** A new watching process was started, which does not watch these folders yet. */
  onReplaced: FolderWatchListener['onReplaced'];
}

/** The folders of one library that scans have visited, and the watches on them. */
export class LibraryWatch {
  mode: WatchMode = 'off';
  readonly #deps: LibraryWatchDeps;
  readonly #folders = new Set<string>();
  #root: string | null = null;
  #isListening = false;

  constructor(deps: LibraryWatchDeps) {
    this.#deps = deps;
  }

  /** Watches folders that are added from now on. */
  start(): void {
    this.#isListening = true;
    this.#listen();
  }

  /**
   * Network folders send no events, and watching a disk that hangs would block the process that watches all libraries.
   */
  async chooseMode(library: Library | null): Promise<void> {
    const { libraryId, log } = this.#deps;
    const remote = library === null ? undefined : await this.#remoteFileSystem(library);
    this.mode = remote === undefined ? 'events' : 'polling';
    if (remote !== undefined)
      log?.info({ libraryId, fileSystem: remote }, 'a network folder: changes are found by scans');
  }

  isKnown(relDir: string): boolean {
    return this.#folders.has(relDir);
  }

  add(root: LibraryRoot, relDir: string): void {
    this.#folders.add(relDir);
    if (this.mode === 'events' && this.#isListening) this.#deps.watches.watch(this.#deps.libraryId, root, relDir);
  }

  /** The next scan adds those that still matter. */
  forgetFolders(): void {
    this.#folders.clear();
  }

  /** Watches stay with the folder they were set on, so a changed root needs new ones. */
  follow({ rootPath, rootIdentity }: LibraryRoot): void {
    const root = `${rootIdentity} ${rootPath}`;
    if (root === this.#root) return;
    if (this.#root !== null && this.#isListening) {
      this.#folders.clear();
      this.#deps.watches.forget(this.#deps.libraryId);
      this.#listen();
    }
    this.#root = root;
  }

  /** Watches every known folder again, in the new watching process. */
  watchAgain(root: LibraryRoot): void {
    for (const relDir of this.#folders) this.add(root, relDir);
  }

  close(): void {
    this.#deps.watches.forget(this.#deps.libraryId);
  }

  #listen(): void {
    const { libraryId, watches, onChanged, onRootChanged, onReplaced } = this.#deps;
    watches.listen(libraryId, { onChanged, onRootChanged, onReplaced, onLost: (code) => this.#onLost(code) });
  }

  #onLost(code: string): void {
    const { libraryId, log } = this.#deps;
    this.mode = 'polling';
    log?.warn(
      { libraryId, code },
      code === 'NOT_ANSWERING'
        ? 'the disk does not answer, so its folders are not watched any more; changes are found by scans'
        : 'folders cannot be watched any more; changes are found by scans (on Linux, raise fs.inotify.max_user_watches)',
    );
  }

  async #remoteFileSystem({ rootPath }: Library): Promise<string | undefined> {
    try {
      return remoteFileSystem(await this.#deps.reader.fileSystemType(rootPath));
    } catch (error) {
      return error instanceof DiskError && error.code === 'NOT_ANSWERING' ? 'one that does not answer' : undefined;
    }
  }
}
