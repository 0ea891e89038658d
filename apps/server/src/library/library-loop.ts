import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Library } from '@clip-watch/db';
import { compileExcluder, type DecodeHost, type PathExcluder } from '@clip-watch/watcher';
import type { BaseLogger } from 'pino';
import { HostError } from '../errors.js';
import { reevaluateExclusions } from './exclusions.js';
import { createFolderReader, type FolderReader } from './folder-reader.js';
import { FolderRefresh } from './folder-refresh.js';
import type { FolderWatches } from './folder-watches.js';
import { type ScanDeps, type ScanOffline, type ScanSummary, scanLibrary } from './library-scan.js';
import { type Standing, standingAfter } from './library-standing.js';
import { LibraryWatch, type WatchMode } from './library-watch.js';
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
const TICK_EVERY_MS = 2_000;
const RULES_WAIT_MS = 2_000;

/**
 * One library's watch loop. `idle`: the interval's timer runs. `scanning`: the whole folder is compared. `refreshing`:
 * a few folders are, after events. `closed`: over. An offline library stays in the loop and is looked at on each interval.
 */
export class LibraryLoop {
  last: ScanSummary | ScanOffline | null = null;
  private readonly id: number;
  private readonly deps: LoopDeps;
  private readonly reader: FolderReader = createFolderReader();
  private readonly abort = new AbortController();
  private readonly watch: LibraryWatch;
  private readonly refresh: FolderRefresh;
  private running: Promise<ScanSummary | ScanOffline> | null = null;
  private rulesOfScan = new AbortController();
  /** Of the last scan's end: what is newer may be a photo that was moved. */
  private newestId: number | null = null;
  private interval: NodeJS.Timeout | undefined;
  private soon: NodeJS.Timeout | undefined;
  private readonly isWorthAScan = createLateWatch();
  private readonly tellProblems: ReturnType<typeof createProblemTeller>;

  constructor(id: number, deps: LoopDeps) {
    this.id = id;
    this.deps = deps;
    this.tellProblems = createProblemTeller(deps.log, id);
    this.watch = this.createWatch();
    this.refresh = this.createRefresh();
  }

  get watchMode(): WatchMode {
    return this.watch.mode;
  }

  get isScanning(): boolean {
    return this.running !== null;
  }

  /** Scans now and on each interval, and watches. */
  start(): void {
    if (this.interval !== undefined || this.abort.signal.aborted) return;
    this.watch.start();
    this.interval = setInterval(() => this.scanInBackground(), this.deps.scanIntervalMs);
    this.interval.unref();
    void this.find()
      .then((library) => this.watch.chooseMode(library))
      .then(() => this.scanInBackground());
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
    this.refresh.filesChanged(relPaths);
  }

  /**
   * The exclude rules changed: a scan that runs begins anew, one that does not is started. What they hide is hidden when
   * this resolves, in a very large library soon after; it waits for no disk.
   */
  async changeRules(library: Library): Promise<void> {
    this.watch.forgetFolders();
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
    this.watch.close();
    await this.reader.close();
    await Promise.allSettled([this.running, this.refresh.whenIdle()]);
  }

  private scanInBackground(): void {
    this.scan().catch((err: unknown) => {
      if (!this.abort.signal.aborted)
        this.deps.log?.error({ err, libraryId: this.id }, 'the scan failed; the next one tries again');
    });
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
    this.watch.follow(library);
    let met = library;
    const options = {
      onProgress: this.progressOf(() => met, request),
      signal,
      ...(this.newestId === null ? {} : { newestId: this.newestId }),
      onFolder: (relDir: string) => this.watch.add(met, relDir),
      onIdentity: async (rootIdentity: string) => {
        await this.deps.database.libraries.update(this.id, { rootIdentity });
        met = { ...library, rootIdentity };
        this.watch.follow(met);
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

  private createWatch(): LibraryWatch {
    const { watches, log } = this.deps;
    return new LibraryWatch({
      libraryId: this.id,
      watches,
      reader: this.reader,
      log,
      onChanged: (relDirs) => {
        this.refresh.foldersChanged(relDirs);
        this.scanSoon();
      },
      onRootChanged: () => this.scanSoon(),
      onReplaced: () => {
        this.watchAgain().catch((err: unknown) =>
          log?.warn({ err, libraryId: this.id }, 'not watched again; changes are found by scans'),
        );
      },
    });
  }

  private createRefresh(): FolderRefresh {
    return new FolderRefresh({
      libraryId: this.id,
      signal: this.abort.signal,
      log: this.deps.log,
      scanDeps: () => this.scanDeps(),
      whenScanned: async () => {
        await this.running?.catch(() => {}); // Its own caller hears of it.
      },
      find: () => this.find(),
      rulesOf: (library) => this.rulesOf(library),
      isKnown: (relDir) => this.watch.isKnown(relDir),
      onFolder: (library, relDir) => this.watch.add(library, relDir),
      onChanged: (library) => {
        this.deps.emit({ id: this.id, change: 'changed' });
        this.deps.onTick(library);
      },
    });
  }

  /** By a new process, for which a scan finds what was missed meanwhile. */
  private async watchAgain(): Promise<void> {
    if (this.watchMode !== 'events') return;
    const library = await this.find();
    if (library === null || this.abort.signal.aborted) return;
    this.watch.watchAgain(library);
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
}
