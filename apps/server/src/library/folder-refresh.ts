import type { Library } from '@clip-watch/db';
import type { PathExcluder } from '@clip-watch/watcher';
import type { BaseLogger } from 'pino';
import { ingestPhotos } from './scan/ingest-photos.js';
import { refreshFolders, type ScanDeps } from './scan/library-scan.js';

const HINTS_KEPT = 2_000;

export interface RefreshDeps {
  readonly libraryId: number;
  /** Aborted when the library is closed. */
  readonly signal: AbortSignal;
  readonly log?: Pick<BaseLogger, 'debug'> | undefined;
  scanDeps(): ScanDeps;
  /** Resolves when no scan is running: what a scan just compared need not be compared again. */
  whenScanned(): Promise<void>;
  /** The library as it is now; null when it was removed. */
  find(): Promise<Library | null>;
  rulesOf(library: Library): PathExcluder;
  /** Whether a scan has visited this folder. */
  isKnown(relDir: string): boolean;
  onFolder(library: Library, relDir: string): void;
  /** Rows were added or changed. */
  onChanged(library: Library): void;
}

/** Compares a few folders and rereads a few files, after events and hints. The next scan catches what this misses. */
export class FolderRefresh {
  readonly #deps: RefreshDeps;
  readonly #changed = new Set<string>();
  readonly #reread = new Set<string>();
  #running: Promise<void> | null = null;

  constructor(deps: RefreshDeps) {
    this.#deps = deps;
  }

  /** Something in these folders changed. */
  foldersChanged(relDirs: readonly string[]): void {
    this.#take(this.#changed, relDirs);
  }

  /** These files differ from their rows, whatever their times say. */
  filesChanged(relPaths: readonly string[]): void {
    this.#take(this.#reread, relPaths);
  }

  /** Resolves when nothing is running. */
  async whenIdle(): Promise<void> {
    await this.#running;
  }

  #take(hints: Set<string>, names: readonly string[]): void {
    for (const name of names) if (hints.size < HINTS_KEPT) hints.add(name);
    const { signal, log, libraryId } = this.#deps;
    if (this.#running !== null || signal.aborted) return;
    this.#running = this.#run()
      .catch((err: unknown) => {
        if (!signal.aborted) log?.debug({ err, libraryId }, 'refresh failed; the next scan catches up');
      })
      .finally(() => {
        this.#running = null;
      });
  }

  async #run(): Promise<void> {
    await this.#deps.whenScanned();
    const library = await this.#deps.find();
    while (library !== null && !this.#deps.signal.aborted && this.#changed.size + this.#reread.size > 0)
      if (await this.#refresh(library)) this.#deps.onChanged(library);
  }

  /** @returns whether a row was added or changed */
  async #refresh(library: Library): Promise<boolean> {
    const { signal, isKnown } = this.#deps;
    const from = [...this.#changed].filter(isKnown);
    const again = [...this.#reread];
    this.#changed.clear();
    this.#reread.clear();
    const rules = this.#deps.rulesOf(library);
    const wanted = again.filter((path) => !rules.excludes(path));
    const forced = await ingestPhotos(this.#deps.scanDeps(), library, wanted, { signal });
    const found = await refreshFolders(this.#deps.scanDeps(), library, rules, {
      signal,
      from,
      descend: (relDir) => !isKnown(relDir),
      onFolder: (relDir) => this.#deps.onFolder(library, relDir),
    });
    return forced.added + forced.changed + found.added + found.changed > 0;
  }
}
