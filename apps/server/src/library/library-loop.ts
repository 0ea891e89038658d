import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Library } from '@clip-watch/db';
import { compileExcluder, type DecodeHost, type PathExcluder } from '@clip-watch/watcher';
import type { BaseLogger } from 'pino';
import { HostError } from '../errors.js';
import { createFolderReader, type FolderReader } from './folder-reader.js';
import { FolderRefresh } from './folder-refresh.js';
import type { FolderWatches } from './folder-watches.js';
import { LibraryWatch, type WatchMode } from './library-watch.js';
import { reevaluateExclusions } from './scan/exclusions.js';
import type { ScanDeps, ScanOffline, ScanSummary } from './scan/library-scan.js';
import { type ScanRequest, ScanRunner } from './scan/scan-runner.js';

export type LibraryChange = 'scan-started' | 'scan-ended' | 'changed' | 'removed';

export interface LibraryEvent {
  readonly id: number;
  readonly change: LibraryChange;
}

export interface LoopDeps {
  readonly database: Pick<Database, 'libraries' | 'images'>;
  readonly decodeHost: DecodeHost;
  readonly watches: FolderWatches;
  readonly excludedDirs: readonly string[];
  readonly scanIntervalMs: number;
  readonly now: () => number;
  readonly log?: Pick<BaseLogger, 'debug' | 'info' | 'warn' | 'error'>;
  emit(event: LibraryEvent): void;
  onTick(library: Library): void;
}

// The larger the library, the longer a scan takes, and the longer deleted files wait for the next one.
const SOONEST_RESCAN_MS = 5_000;
const RESCAN_MS_PER_FILE = 1;
const RULES_WAIT_MS = 2_000;

/**
 * One library's watch loop. `idle`: the interval's timer runs. `scanning`: the whole folder is compared. `refreshing`:
 * a few folders are, after events. `closed`: over. An offline library stays in the loop, and is tried on each interval.
 */
export class LibraryLoop {
  readonly #id: number;
  readonly #deps: LoopDeps;
  readonly #reader: FolderReader = createFolderReader();
  readonly #abort = new AbortController();
  readonly #watch: LibraryWatch;
  readonly #scans: ScanRunner;
  readonly #refresh: FolderRefresh;
  #interval: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;

  constructor(id: number, deps: LoopDeps) {
    this.#id = id;
    this.#deps = deps;
    this.#watch = this.#createWatch();
    this.#scans = this.#createScans();
    this.#refresh = this.#createRefresh();
  }

  get watchMode(): WatchMode {
    return this.#watch.mode;
  }

  get isScanning(): boolean {
    return this.#scans.isRunning;
  }

  /** What the last scan found; null before the first. */
  get last(): ScanSummary | ScanOffline | null {
    return this.#scans.last;
  }

  /** Scans now and on each interval, and watches. */
  start(): void {
    if (this.#interval !== undefined || this.#abort.signal.aborted) return;
    this.#watch.start();
    this.#interval = setInterval(() => this.#scanInBackground(), this.#deps.scanIntervalMs);
    this.#interval.unref();
    void this.#find()
      .then((library) => this.#watch.chooseMode(library))
      .then(() => this.#scanInBackground());
  }

  /** Starts a scan, or joins the one that is running. */
  scan(request: ScanRequest = {}): Promise<ScanSummary | ScanOffline> {
    return this.#scans.scan(request);
  }

  /** Starts a scan unless one is running; if that one fails, whoever started it is told. */
  requestScan(): void {
    if (!this.#scans.isRunning) this.#scanInBackground();
  }

  /** These files differ from their rows: they are read again soon, whatever their times say. */
  hint(relPaths: readonly string[]): void {
    this.#refresh.filesChanged(relPaths);
  }

  /**
   * The exclude rules changed: a running scan starts over, otherwise one is started. What the rules hide is hidden when
   * this resolves (in a very large library soon after); no disk is waited for.
   */
  async changeRules(library: Library): Promise<void> {
    this.#watch.forgetFolders();
    this.#scans.supersede();
    const { images } = this.#deps.database;
    const evaluated = reevaluateExclusions(images, this.#id, this.#rulesOf(library), this.#abort.signal);
    // If this fails or takes too long, the scan does it again.
    await Promise.race([evaluated.catch(() => {}), sleep(RULES_WAIT_MS, undefined, { ref: false })]);
    this.#scanInBackground();
  }

  /** A person said what the library's folder is, or what became of its photos: a running scan starts over. */
  rescan(): void {
    this.#scans.supersede();
    this.#scanInBackground();
  }

  async close(): Promise<void> {
    this.#abort.abort(new HostError('NOT_FOUND', 'the library was closed'));
    clearInterval(this.#interval);
    clearTimeout(this.#soon);
    this.#watch.close();
    await this.#reader.close();
    await Promise.all([this.#scans.whenIdle(), this.#refresh.whenIdle()]);
  }

  #scanInBackground(): void {
    this.scan().catch((err: unknown) => {
      if (!this.#abort.signal.aborted)
        this.#deps.log?.error({ err, libraryId: this.#id }, 'the scan failed; the next one tries again');
    });
  }

  #find(): Promise<Library | null> {
    return this.#deps.database.libraries.find(this.#id);
  }

  #rulesOf(library: Library): PathExcluder {
    return compileExcluder([...this.#deps.excludedDirs, ...library.excludedDirs]);
  }

  #scanDeps(): ScanDeps {
    const { database, decodeHost, now } = this.#deps;
    return { images: database.images, decodeHost, now, reader: this.#reader, parallel: availableParallelism() + 2 };
  }

  #createWatch(): LibraryWatch {
    const { watches, log } = this.#deps;
    return new LibraryWatch({
      libraryId: this.#id,
      watches,
      reader: this.#reader,
      log,
      onChanged: (relDirs) => {
        this.#refresh.foldersChanged(relDirs);
        this.#scanSoon();
      },
      onRootChanged: () => this.#scanSoon(),
      onReplaced: () => {
        this.#watchAgain().catch((err: unknown) =>
          log?.warn({ err, libraryId: this.#id }, 'not watched again; changes are found by scans'),
        );
      },
    });
  }

  #createScans(): ScanRunner {
    const { database, now, log } = this.#deps;
    return new ScanRunner({
      libraryId: this.#id,
      signal: this.#abort.signal,
      database,
      watch: this.#watch,
      now,
      log,
      scanDeps: () => this.#scanDeps(),
      find: () => this.#find(),
      rulesOf: (library) => this.#rulesOf(library),
      emit: (change) => this.#deps.emit({ id: this.#id, change }),
      onTick: (library) => this.#deps.onTick(library),
      onFilesLeft: () => this.#scanSoon(),
    });
  }

  #createRefresh(): FolderRefresh {
    return new FolderRefresh({
      libraryId: this.#id,
      signal: this.#abort.signal,
      log: this.#deps.log,
      scanDeps: () => this.#scanDeps(),
      whenScanned: () => this.#scans.whenIdle(),
      find: () => this.#find(),
      rulesOf: (library) => this.#rulesOf(library),
      isKnown: (relDir) => this.#watch.isKnown(relDir),
      onFolder: (library, relDir) => this.#watch.add(library, relDir),
      onChanged: (library) => {
        this.#deps.emit({ id: this.#id, change: 'changed' });
        this.#deps.onTick(library);
      },
    });
  }

  /** The watching process was replaced. A scan finds what happened while nobody watched. */
  async #watchAgain(): Promise<void> {
    if (this.watchMode !== 'events') return;
    const library = await this.#find();
    if (library === null || this.#abort.signal.aborted) return;
    this.#watch.watchAgain(library);
    await this.#scans.whenIdle(); // A running scan may already be past the folder where something happened.
    if (!this.#abort.signal.aborted) this.#scanInBackground();
  }

  /** A full scan before long: only that notices files that are gone. */
  #scanSoon(): void {
    if (this.#soon !== undefined || this.#abort.signal.aborted || this.#interval === undefined) return;
    const files = this.last?.kind === 'scanned' ? this.last.files : 0;
    this.#soon = setTimeout(
      () => {
        this.#soon = undefined;
        this.#scanInBackground();
      },
      Math.max(SOONEST_RESCAN_MS, RESCAN_MS_PER_FILE * files),
    );
    this.#soon.unref();
  }
}
