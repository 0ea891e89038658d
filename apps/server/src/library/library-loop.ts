import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Library } from '@clip-watch/db';
import { compileExcluder, type DecodeHost, type PathExcluder } from '@clip-watch/watcher';
import type { BaseLogger } from 'pino';
import { HostError } from '../errors.js';
import { DiskError } from './asked-child.js';
import { reevaluateExclusions } from './exclusions.js';
import { remoteFileSystem } from './file-systems.js';
import { createFolderReader, type FolderReader } from './folder-reader.js';
import type { FolderWatches } from './folder-watches.js';
import { ingestPhotos } from './ingest-photos.js';
import { refreshFolders, type ScanDeps, type ScanOffline, type ScanSummary, scanLibrary } from './library-scan.js';
import { type Standing, standingAfter } from './library-standing.js';
import { createLateWatch, createProblemTeller } from './scan-problems.js';

export type LibraryChange = 'scan-started' | 'scan-ended' | 'changed' | 'removed';

export interface LibraryEvent {
  readonly id: number;
  readonly change: LibraryChange;
}

export interface ScanRequest {
  readonly onProgress?: (progress: { readonly found: number; readonly ingested: number }) => void;
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

// Deleted files wait for the next scan; a big library is not walked anew for each of them.
const SOONEST_RESCAN_MS = 5_000;
const RESCAN_MS_PER_FILE = 1;
const HINTS_KEPT = 2_000;
const TICK_EVERY_MS = 2_000;
const RULES_WAIT_MS = 2_000;

/**
 * One library's watch loop. `idle`: the interval's timer runs. `scanning`: the whole folder is compared. `refreshing`:
 * a few folders are, after events. `closed`: over. An offline library stays in the loop and is looked at on each interval.
 */
export class LibraryLoop {
  last: ScanSummary | ScanOffline | null = null;
  watchMode: 'events' | 'polling' | 'off' = 'off';
  private readonly id: number;
  private readonly deps: LoopDeps;
  private readonly reader: FolderReader = createFolderReader();
  private readonly abort = new AbortController();
  private readonly folders = new Set<string>();
  private running: Promise<ScanSummary | ScanOffline> | null = null;
  private rulesOfScan = new AbortController();
  private refreshing: Promise<void> | null = null;
  private readonly changedFolders = new Set<string>();
  /** Of the last scan's end: what is newer may be a photo that was moved. */
  private newestId: number | null = null;
  private watchedRoot: string | null = null;
  private readonly reread = new Set<string>();
  private interval: NodeJS.Timeout | undefined;
  private soon: NodeJS.Timeout | undefined;
  private readonly isWorthAScan = createLateWatch();
  private readonly tellProblems: ReturnType<typeof createProblemTeller>;

  constructor(id: number, deps: LoopDeps) {
    this.id = id;
    this.deps = deps;
    this.tellProblems = createProblemTeller(deps.log, id);
  }

  get isScanning(): boolean {
    return this.running !== null;
  }

  /** Scans now and on each interval, and watches. */
  start(): void {
    if (this.interval !== undefined || this.abort.signal.aborted) return;
    this.listen();
    this.interval = setInterval(() => this.scanInBackground(), this.deps.scanIntervalMs);
    this.interval.unref();
    void this.chooseWatchMode().then(() => this.scanInBackground());
  }

  /** Starts a scan, or joins the one that runs. */
  scan(request: ScanRequest = {}): Promise<ScanSummary | ScanOffline> {
    this.running ??= this.scanByNewestRules(request);
    return this.running;
  }

  /** Starts a scan, unless one runs; whoever started that one tells how it failed. */
  requestScan(): void {
    if (this.running === null) this.scanInBackground();
  }

  /** These files are not what their rows say: they are read again soon, whatever their times. */
  hint(relPaths: readonly string[]): void {
    for (const relPath of relPaths) if (this.reread.size < HINTS_KEPT) this.reread.add(relPath);
    this.refresh();
  }

  /**
   * The exclude rules changed: a scan that runs begins anew, one that does not is started. What they hide is hidden when
   * this resolves, in a very large library soon after; it waits for no disk.
   */
  async changeRules(library: Library): Promise<void> {
    this.folders.clear();
    this.rulesOfScan.abort();
    const evaluated = reevaluateExclusions(
      this.deps.database.images,
      this.id,
      this.rulesOf(library),
      this.abort.signal,
    );
    await Promise.race([evaluated.catch(() => {}), sleep(RULES_WAIT_MS, undefined, { ref: false })]); // The scan does it again.
    this.scanInBackground();
  }

  /** A person said what the library's folder is, or what became of its photos: a scan that runs begins anew. */
  rescan(): void {
    this.rulesOfScan.abort();
    this.scanInBackground();
  }

  async close(): Promise<void> {
    this.abort.abort(new HostError('NOT_FOUND', 'the library was closed'));
    clearInterval(this.interval);
    clearTimeout(this.soon);
    this.deps.watches.forget(this.id);
    await this.reader.close();
    await Promise.allSettled([this.running, this.refreshing]);
  }

  private scanInBackground(): void {
    this.scan().catch((err: unknown) => {
      if (!this.abort.signal.aborted)
        this.deps.log?.error({ err, libraryId: this.id }, 'the scan failed; the next one tries again');
    });
  }

  private async chooseWatchMode(): Promise<void> {
    const library = await this.find();
    const remote = library === null ? undefined : await this.remoteFileSystem(library);
    this.watchMode = remote === undefined ? 'events' : 'polling';
    if (remote !== undefined)
      this.deps.log?.info({ libraryId: this.id, fileSystem: remote }, 'a network folder: changes are found by scans');
  }

  private async remoteFileSystem({ rootPath }: Library): Promise<string | undefined> {
    try {
      return remoteFileSystem(await this.reader.fileSystemType(rootPath));
    } catch (error) {
      // To watch a disk that hangs would hang the one process that watches all libraries.
      return error instanceof DiskError && error.code === 'NOT_ANSWERING' ? 'one that does not answer' : undefined;
    }
  }

  private find(): Promise<Library | null> {
    return this.deps.database.libraries.find(this.id);
  }

  private rulesOf(library: Library): PathExcluder {
    return compileExcluder([...this.deps.excludedDirs, ...library.excludedDirs]);
  }

  private async applyRules(library: Library, rules: PathExcluder, signal: AbortSignal): Promise<void> {
    if (library.excludeRulesHash === rules.rulesHash) return;
    const { hidden, shown } = await reevaluateExclusions(this.deps.database.images, this.id, rules, signal);
    await this.deps.database.libraries.update(this.id, { excludeRulesHash: rules.rulesHash });
    if (hidden + shown === 0) return;
    this.deps.emit({ id: this.id, change: 'changed' });
    this.deps.onTick(library); // What is shown again may be due; the disk may take long, or be away.
    this.deps.log?.info({ libraryId: this.id, hidden, shown }, 'exclude rules changed');
  }

  /** Whoever waits for a scan gets the one by the rules that hold at its end. */
  private async scanByNewestRules(request: ScanRequest): Promise<ScanSummary | ScanOffline> {
    try {
      for (;;) {
        const result = await this.scanUnlessSuperseded(request);
        if (result !== 'superseded') return result;
      }
    } finally {
      // In the same turn as the last look at the rules: later ones start a scan of their own.
      this.running = null;
      this.deps.emit({ id: this.id, change: 'scan-ended' });
    }
  }

  private async scanUnlessSuperseded(request: ScanRequest): Promise<ScanSummary | ScanOffline | 'superseded'> {
    this.rulesOfScan = new AbortController();
    const { signal: rulesChanged } = this.rulesOfScan;
    try {
      const result = await this.runScan(request, AbortSignal.any([this.abort.signal, rulesChanged]));
      return rulesChanged.aborted ? 'superseded' : result;
    } catch (error) {
      if (rulesChanged.aborted && !this.abort.signal.aborted) return 'superseded';
      throw error;
    }
  }

  private async runScan(request: ScanRequest, signal: AbortSignal): Promise<ScanSummary | ScanOffline> {
    const library = await this.find();
    if (library === null) throw new HostError('NOT_FOUND', `there is no library ${this.id}`);
    this.deps.emit({ id: this.id, change: 'scan-started' });
    const rules = this.rulesOf(library);
    await this.applyRules(library, rules, signal);
    this.watchAnew(library);
    let met = library;
    const options = {
      onProgress: this.progressOf(() => met, request),
      signal,
      ...(this.newestId === null ? {} : { newestId: this.newestId }),
      onFolder: (relDir: string) => this.watchFolder(met, relDir),
      onIdentity: async (rootIdentity: string) => {
        await this.deps.database.libraries.update(this.id, { rootIdentity });
        met = { ...library, rootIdentity };
        this.watchAnew(met);
      },
    };
    const result = await scanLibrary(this.scanDeps(), library, rules, options);
    this.abort.signal.throwIfAborted(); // Closed in the middle of it, the reader says of any folder that it is away.
    this.last = result;
    if (result.kind === 'scanned' && result.mostGone === null)
      this.newestId = await this.deps.database.images.newestId(this.id);
    await this.noteResult(met, result);
    return result;
  }

  /** Photos are encoded while the rest is still being found. */
  private progressOf(library: () => Library, { onProgress }: ScanRequest): NonNullable<ScanRequest['onProgress']> {
    let ticked = { at: this.deps.now(), ingested: 0 };
    return (progress) => {
      onProgress?.(progress);
      const now = this.deps.now();
      if (progress.ingested === ticked.ingested || now - ticked.at < TICK_EVERY_MS) return;
      ticked = { at: now, ingested: progress.ingested };
      this.deps.onTick(library());
    };
  }

  private scanDeps(): ScanDeps {
    const { database, decodeHost, now } = this.deps;
    return { images: database.images, decodeHost, now, reader: this.reader, parallel: availableParallelism() + 2 };
  }

  private watchFolder(library: Library, relDir: string): void {
    this.folders.add(relDir);
    if (this.watchMode === 'events' && this.interval !== undefined) this.deps.watches.watch(this.id, library, relDir);
  }

  /** Watches hold on to the folder that they were set on: another root wants others. */
  private watchAnew({ rootPath, rootIdentity }: Library): void {
    const root = `${rootIdentity} ${rootPath}`;
    if (root === this.watchedRoot) return;
    if (this.watchedRoot !== null && this.interval !== undefined) {
      this.folders.clear();
      this.deps.watches.forget(this.id);
      this.listen();
    }
    this.watchedRoot = root;
  }

  private listen(): void {
    this.deps.watches.listen(this.id, {
      onChanged: (relDirs) => this.onFoldersChanged(relDirs),
      onLost: (code) => this.onWatchesLost(code),
      onRootChanged: () => this.scanSoon(),
      onReplaced: () => {
        this.watchAgain().catch((err: unknown) =>
          this.deps.log?.warn({ err, libraryId: this.id }, 'not watched again; changes are found by scans'),
        );
      },
    });
  }

  private async noteResult(library: Library, result: ScanSummary | ScanOffline): Promise<void> {
    const after = await this.keepStanding(library, result);
    const isNews = after !== null && after.stateReason !== null && after.stateReason !== library.stateReason;
    if (result.kind === 'offline' || result.mostGone !== null)
      this.deps.log?.[isNews ? 'warn' : 'debug'](
        { libraryId: this.id, state: after?.state, reason: after?.stateReason },
        'the library is not whole; nothing is deleted',
      );
    if (result.kind === 'offline') return;
    const { kind: _, problems, growing, newIdentity: __, ...facts } = result;
    this.deps.log?.info(
      { libraryId: this.id, ...facts, problems: problems.length, growing: growing.length },
      'scanned',
    );
    this.tellProblems(problems);
    if (this.isWorthAScan(problems) || growing.length > 0) this.scanSoon();
    if (facts.added + facts.changed + facts.missing + facts.returned > 0)
      this.deps.emit({ id: this.id, change: 'changed' });
    this.deps.onTick(library);
  }

  /** @returns null when the library was removed meanwhile, or a person answered: then the next scan will sort it out */
  private async keepStanding(before: Library, result: ScanSummary | ScanOffline): Promise<Standing | null> {
    const { libraries } = this.deps.database;
    const now = await this.find();
    if (now === null) return null;
    const scanned =
      result.kind === 'offline'
        ? {}
        : {
            lastScanAt: this.deps.now(),
            ...(result.newIdentity === null ? {} : { rootIdentity: result.newIdentity }),
          };
    const standing = now.answer === before.answer ? standingAfter(now, result) : null;
    await libraries.update(this.id, { ...scanned, ...standing });
    return standing;
  }

  private onFoldersChanged(relDirs: readonly string[]): void {
    for (const relDir of relDirs) if (this.changedFolders.size < HINTS_KEPT) this.changedFolders.add(relDir);
    this.refresh();
    this.scanSoon();
  }

  private onWatchesLost(code: string): void {
    this.watchMode = 'polling';
    this.deps.log?.warn(
      { libraryId: this.id, code },
      code === 'NOT_ANSWERING'
        ? 'the disk does not answer, so its folders are not watched any more; changes are found by scans'
        : 'folders cannot be watched any more; changes are found by scans (on Linux, raise fs.inotify.max_user_watches)',
    );
  }

  /** By a new process, for which a scan finds what was missed meanwhile. */
  private async watchAgain(): Promise<void> {
    if (this.watchMode !== 'events') return;
    const library = await this.find();
    if (library === null || this.abort.signal.aborted) return;
    for (const relDir of this.folders) this.watchFolder(library, relDir);
    await this.running?.catch(() => {}); // It may have passed by already where something happened.
    if (!this.abort.signal.aborted) this.scanInBackground();
  }

  /** A full scan, not long after: it is what notices files that are gone. */
  private scanSoon(): void {
    if (this.soon !== undefined || this.abort.signal.aborted || this.interval === undefined) return;
    const files = this.last?.kind === 'scanned' ? this.last.files : 0;
    this.soon = setTimeout(
      () => {
        this.soon = undefined;
        this.scanInBackground();
      },
      Math.max(SOONEST_RESCAN_MS, RESCAN_MS_PER_FILE * files),
    );
    this.soon.unref();
  }

  private refresh(): void {
    if (this.refreshing !== null || this.abort.signal.aborted) return;
    this.refreshing = this.runRefresh()
      .catch((err: unknown) => {
        // A hint that fails is caught up by the next scan.
        if (!this.abort.signal.aborted)
          this.deps.log?.debug({ err, libraryId: this.id }, 'refresh failed; the next scan catches up');
      })
      .finally(() => {
        this.refreshing = null;
      });
  }

  private async runRefresh(): Promise<void> {
    await this.running?.catch(() => {}); // Its own caller hears of it.
    const library = await this.find();
    while (library !== null && !this.abort.signal.aborted && this.changedFolders.size + this.reread.size > 0) {
      const from = [...this.changedFolders].filter((folder) => this.folders.has(folder));
      const again = [...this.reread];
      this.changedFolders.clear();
      this.reread.clear();
      const rules = this.rulesOf(library);
      const forced = await ingestPhotos(
        this.scanDeps(),
        library,
        again.filter((path) => !rules.excludes(path)),
        {
          signal: this.abort.signal,
        },
      );
      const found = await refreshFolders(this.scanDeps(), library, rules, {
        signal: this.abort.signal,
        from,
        descend: (relDir) => !this.folders.has(relDir),
        onFolder: (relDir) => this.watchFolder(library, relDir),
      });
      if (forced.added + forced.changed + found.added + found.changed === 0) continue;
      this.deps.emit({ id: this.id, change: 'changed' });
      this.deps.onTick(library);
    }
  }
}
