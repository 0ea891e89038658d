import type { Database, Library } from '@clip-watch/db';
import type { PathExcluder } from '@clip-watch/watcher';
import type { BaseLogger } from 'pino';
import { HostError } from '../../errors.js';
import { type Standing, standingAfter } from '../library-standing.js';
import type { LibraryWatch } from '../library-watch.js';
import { reevaluateExclusions } from './exclusions.js';
import { type ScanDeps, type ScanOffline, type ScanSummary, scanLibrary } from './library-scan.js';
import { createLateWatch, createProblemTeller } from './scan-problems.js';

export interface ScanRequest {
  readonly onProgress?: (progress: { readonly found: number; readonly ingested: number }) => void;
}

export interface ScanRunnerDeps {
  readonly libraryId: number;
  /** Aborted when the library is closed. */
  readonly signal: AbortSignal;
  readonly database: Pick<Database, 'libraries' | 'images'>;
  readonly watch: Pick<LibraryWatch, 'follow' | 'add'>;
  readonly now: () => number;
  readonly log?: Pick<BaseLogger, 'debug' | 'info' | 'warn'> | undefined;
  scanDeps(): ScanDeps;
  /** The library as it is now; null when it was removed. */
  find(): Promise<Library | null>;
  rulesOf(library: Library): PathExcluder;
  emit(change: 'scan-started' | 'scan-ended' | 'changed'): void;
  onTick(library: Library): void;
  /** The scan left files behind that can probably be read soon. */
  onFilesLeft(): void;
}

const TICK_EVERY_MS = 2_000;

/** Scans one library, one scan at a time, and stores what each of them found out about it. */
export class ScanRunner {
  last: ScanSummary | ScanOffline | null = null;
  readonly #deps: ScanRunnerDeps;
  #running: Promise<ScanSummary | ScanOffline> | null = null;
  #superseded = new AbortController();
  /** The newest row when the last scan ended: a photo that was moved since then has a newer one. */
  #newestId: number | null = null;
  readonly #isWorthAScan = createLateWatch();
  readonly #tellProblems: ReturnType<typeof createProblemTeller>;

  constructor(deps: ScanRunnerDeps) {
    this.#deps = deps;
    this.#tellProblems = createProblemTeller(deps.log, deps.libraryId);
  }

  get isRunning(): boolean {
    return this.#running !== null;
  }

  /** Starts a scan, or joins the one that is running. */
  scan(request: ScanRequest = {}): Promise<ScanSummary | ScanOffline> {
    this.#running ??= this.#scanUntilCurrent(request);
    return this.#running;
  }

  /** What the running scan goes by has changed: it starts over. */
  supersede(): void {
    this.#superseded.abort();
  }

  /** Resolves when the running scan has ended. If it fails, whoever started it is told. */
  async whenIdle(): Promise<void> {
    await this.#running?.catch(() => {});
  }

  /** Everybody who waits gets the result of a scan that nothing superseded. */
  async #scanUntilCurrent(request: ScanRequest): Promise<ScanSummary | ScanOffline> {
    try {
      for (;;) {
        const result = await this.#scanUnlessSuperseded(request);
        if (result !== 'superseded') return result;
      }
    } finally {
      // In the same turn as the last check: whatever supersedes from here on needs a scan of its own.
      this.#running = null;
      this.#deps.emit('scan-ended');
    }
  }

  async #scanUnlessSuperseded(request: ScanRequest): Promise<ScanSummary | ScanOffline | 'superseded'> {
    this.#superseded = new AbortController();
    const { signal: superseded } = this.#superseded;
    try {
      const result = await this.#runScan(request, AbortSignal.any([this.#deps.signal, superseded]));
      return superseded.aborted ? 'superseded' : result;
    } catch (error) {
      if (superseded.aborted && !this.#deps.signal.aborted) return 'superseded';
      throw error;
    }
  }

  async #runScan(request: ScanRequest, signal: AbortSignal): Promise<ScanSummary | ScanOffline> {
    const { libraryId, database, watch } = this.#deps;
    const library = await this.#deps.find();
    if (library === null) throw new HostError('NOT_FOUND', `there is no library ${libraryId}`);
    this.#deps.emit('scan-started');
    const rules = this.#deps.rulesOf(library);
    await this.#applyRules(library, rules, signal);
    watch.follow(library);
    let met = library;
    const options = {
      onProgress: this.#progressOf(() => met, request),
      signal,
      ...(this.#newestId === null ? {} : { newestId: this.#newestId }),
      onFolder: (relDir: string) => watch.add(met, relDir),
      onIdentity: async (rootIdentity: string) => {
        await database.libraries.update(libraryId, { rootIdentity });
        met = { ...library, rootIdentity };
        watch.follow(met);
      },
    };
    const result = await scanLibrary(this.#deps.scanDeps(), library, rules, options);
    this.#deps.signal.throwIfAborted(); // Once it is closed, the reader reports every folder as away.
    this.last = result;
    if (result.kind === 'scanned' && result.mostGone === null)
      this.#newestId = await database.images.newestId(libraryId);
    await this.#noteResult(met, result);
    return result;
  }

  async #applyRules(library: Library, rules: PathExcluder, signal: AbortSignal): Promise<void> {
    if (library.excludeRulesHash === rules.rulesHash) return;
    const { libraryId, database, log } = this.#deps;
    const { hidden, shown } = await reevaluateExclusions(database.images, libraryId, rules, signal);
    await database.libraries.update(libraryId, { excludeRulesHash: rules.rulesHash });
    if (hidden + shown === 0) return;
    this.#deps.emit('changed');
    this.#deps.onTick(library); // Photos that are shown again may be due now, and the scan itself may take long.
    log?.info({ libraryId, hidden, shown }, 'exclude rules changed');
  }

  /** Ticks during the scan, so that photos are encoded while others are still being found. */
  #progressOf(library: () => Library, { onProgress }: ScanRequest): NonNullable<ScanRequest['onProgress']> {
    let ticked = { at: this.#deps.now(), ingested: 0 };
    return (progress) => {
      onProgress?.(progress);
      const now = this.#deps.now();
      if (progress.ingested === ticked.ingested || now - ticked.at < TICK_EVERY_MS) return;
      ticked = { at: now, ingested: progress.ingested };
      this.#deps.onTick(library());
    };
  }

  async #noteResult(library: Library, result: ScanSummary | ScanOffline): Promise<void> {
    const { libraryId, log } = this.#deps;
    const after = await this.#keepStanding(library, result);
    const isNews = after !== null && after.stateReason !== null && after.stateReason !== library.stateReason;
    if (result.kind === 'offline' || result.mostGone !== null)
      log?.[isNews ? 'warn' : 'debug'](
        { libraryId, state: after?.state, reason: after?.stateReason },
        'the library is not whole; nothing is deleted',
      );
    if (result.kind === 'offline') return;
    const { kind: _, problems, growing, newIdentity: __, ...facts } = result;
    log?.info({ libraryId, ...facts, problems: problems.length, growing: growing.length }, 'scanned');
    this.#tellProblems(problems);
    if (this.#isWorthAScan(problems) || growing.length > 0) this.#deps.onFilesLeft();
    if (facts.added + facts.changed + facts.missing + facts.returned > 0) this.#deps.emit('changed');
    this.#deps.onTick(library);
  }

  /** @returns null when the library was removed meanwhile, or a person answered: the next scan will sort it out */
  async #keepStanding(before: Library, result: ScanSummary | ScanOffline): Promise<Standing | null> {
    const { libraryId, database } = this.#deps;
    const now = await this.#deps.find();
    if (now === null) return null;
    const scanned =
      result.kind === 'offline'
        ? {}
        : {
            lastScanAt: this.#deps.now(),
            ...(result.newIdentity === null ? {} : { rootIdentity: result.newIdentity }),
          };
    const standing = now.answer === before.answer ? standingAfter(now, result) : null;
    await database.libraries.update(libraryId, { ...scanned, ...standing });
    return standing;
  }
}
