import { setTimeout as sleep } from 'node:timers/promises';
import type { ImageExifDao, KnownFile, Library } from '@clip-watch/db';
import { DiskError } from './asked-child.js';
import type { FileStat } from './folder-protocol.js';
import type { FolderReader } from './folder-reader.js';
import { createIdSet, type IdSet } from './id-set.js';
import { type IngestDeps, type IngestProblem, ingestPhotos } from './ingest-photos.js';
import { byUrgency, isBelowAny, planScanBatch, REST_MS, type ScanWork } from './scan-plan.js';
import { isLossyName, type WalkOptions, type WalkRules, walkLibrary } from './walk-library.js';

export interface ScanDeps extends Omit<IngestDeps, 'images'> {
  readonly images: Pick<
    ImageExifDao,
    'findKnownFiles' | 'pageKnownFiles' | 'upsertPhotos' | 'markMissing' | 'markSeen' | 'removeMissing'
  >;
  readonly reader: Pick<FolderReader, 'list' | 'stat'>;
  readonly now: () => number;
}

export interface ScanSummary {
  readonly kind: 'scanned';
  readonly files: number;
  readonly added: number;
  readonly changed: number;
  readonly missing: number;
  readonly returned: number;
  /** Somebody is still writing these; the next scan takes them. */
  readonly growing: readonly string[];
  /** Folders and files that cannot be read, the first hundred. */
  readonly problems: readonly IngestProblem[];
  readonly durationMs: number;
}

/** The root is away, silent or emptied: nothing was changed in the table. */
export interface ScanOffline {
  readonly kind: 'offline';
  readonly reason: string;
}

export interface ScanOptions extends WalkOptions {
  readonly onProgress?: (progress: { readonly found: number; readonly ingested: number }) => void;
}

// Files found and not yet ingested. Bounds memory, and is how far "new and small first" reaches.
const WORK_AT_ONCE = 5_000;
const ROWS_PER_PAGE = 1_000;
const KEEP_MISSING_MS = 30 * 24 * 3_600_000;
const PROBLEMS_KEPT = 100;
// A disk that hung, a decoder that ended or could not be started: the same file may pass a moment later.
const PASSING: ReadonlySet<string> = new Set(['read_timeout', 'timeout', 'ingest_failed']);
// Longer than the decode host leaves a disk alone that hung.
const LATE_MS = 11_000;
// A file that grows for longer than so many looks is left to the next scan.
const LOOKS_AT_GROWING = 3;

/** One full comparison of a library's folder with its rows. The truth: events only make it come sooner. */
export async function scanLibrary(
  deps: ScanDeps,
  library: Pick<Library, 'id' | 'rootPath'>,
  rules: WalkRules,
  options: ScanOptions = {},
): Promise<ScanSummary | ScanOffline> {
  const scan = new Scan(deps, library, rules, options);
  try {
    return await scan.run();
  } catch (error) {
    if (error instanceof DiskError) return { kind: 'offline', reason: offlineReason(library.rootPath, error) };
    throw error;
  }
}

/** Compares a few folders only, after an event. Rows of files that are gone wait for the next full scan. */
export async function refreshFolders(
  deps: ScanDeps,
  library: Pick<Library, 'id' | 'rootPath'>,
  rules: WalkRules,
  options: ScanOptions,
): Promise<{ readonly added: number; readonly changed: number }> {
  return new Scan(deps, library, rules, options).runPart();
}

function offlineReason(rootPath: string, error: DiskError): string {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
    return `The folder ${rootPath} is not there. Connect or mount it again.`;
  if (error.code === 'EACCES' || error.code === 'EPERM')
    return `No permission to read ${rootPath}. Give this user read access.`;
  if (error.code === 'NOT_ANSWERING') return `The folder ${rootPath} does not answer. Look at its disk or network.`;
  return `The folder ${rootPath} cannot be read (${error.code}). Look at its disk or network.`;
}

class Scan {
  private readonly seen: IdSet = createIdSet();
  private readonly unreadable: string[] = [];
  private readonly problems: IngestProblem[] = [];
  private work: ScanWork[] = [];
  private growing: ScanWork[] = [];
  private late: string[] = [];
  private ingested = 0;
  private readonly total = { files: 0, added: 0, changed: 0, missing: 0, returned: 0 };
  private readonly deps: ScanDeps;
  private readonly library: Pick<Library, 'id' | 'rootPath'>;
  private readonly rules: WalkRules;
  private readonly options: ScanOptions;

  constructor(deps: ScanDeps, library: Pick<Library, 'id' | 'rootPath'>, rules: WalkRules, options: ScanOptions) {
    this.deps = deps;
    this.library = library;
    this.rules = rules;
    this.options = options;
  }

  async run(): Promise<ScanSummary | ScanOffline> {
    const startedAt = this.deps.now();
    await this.compareFolder();
    if (this.total.files === 0 && (await this.isEmptiedRoot()))
      return {
        kind: 'offline',
        reason: `The folder ${this.library.rootPath} is empty, and it held photos before. Mount it again.`,
      };
    await this.ingestWork();
    const growing = await this.ingestGrown();
    await this.ingestLate();
    await this.compareRows();
    await this.deps.images.removeMissing(this.library.id, this.deps.now() - KEEP_MISSING_MS);
    const durationMs = this.deps.now() - startedAt;
    return { kind: 'scanned', ...this.total, growing, problems: this.problems, durationMs };
  }

  async runPart(): Promise<{ readonly added: number; readonly changed: number }> {
    await this.compareFolder();
    await this.ingestWork();
    await this.ingestGrown();
    return { added: this.total.added, changed: this.total.changed };
  }

  private async compareFolder(): Promise<void> {
    const { deps, library, rules, options } = this;
    for await (const step of walkLibrary(deps.reader, library.rootPath, rules, options)) {
      if (step.kind === 'unreadable') this.addUnreadable(step.relDir, step.code, step.message);
      else if (step.kind === 'unnameable') this.addUnnameable(step.relPaths);
      else await this.compareFiles(step.files);
      if (this.work.length >= WORK_AT_ONCE) await this.ingestWork();
    }
  }

  private addUnreadable(relDir: string, code: string, message: string): void {
    if (code === 'ENOENT' && isLossyName(relDir)) this.addUnnameable([relDir]);
    // A folder that went away between its parent's listing and its own is simply gone.
    if (code === 'ENOENT') return;
    this.unreadable.push(relDir);
    this.addProblems([{ relPath: relDir, reason: 'unreadable_folder', message }]);
  }

  private addUnnameable(relPaths: readonly string[]): void {
    const message = 'The name holds bytes that are no UTF-8, so it cannot be opened. Rename it.';
    this.addProblems(relPaths.map((relPath) => ({ relPath, reason: 'bad_name', message })));
  }

  private async compareFiles(files: readonly FileStat[]): Promise<void> {
    if (files.length === 0) return;
    const known = await this.deps.images.findKnownFiles(
      this.library.id,
      files.map(({ relPath }) => relPath),
    );
    const plan = planScanBatch(files, known, this.deps.now());
    for (const id of plan.seen) this.seen.add(id);
    this.work.push(...plan.work);
    this.growing.push(...plan.growing);
    this.total.files += files.length;
    this.report();
  }

  private report(): void {
    this.options.onProgress?.({ found: this.total.files, ingested: this.ingested });
  }

  private async ingestWork(): Promise<void> {
    const work = this.work.sort(byUrgency);
    this.work = [];
    const signal = this.options.signal;
    const relPaths = work.map(({ file }) => file.relPath);
    const onProgress = (rows: number): void => {
      this.ingested += rows;
      this.report();
    };
    const ingested = await ingestPhotos(this.deps, this.library, relPaths, {
      onProgress,
      ...(signal ? { signal } : {}),
    });
    this.total.added += ingested.added;
    this.total.changed += ingested.changed;
    const isLate = ({ reason }: IngestProblem): boolean => PASSING.has(reason);
    this.late.push(...ingested.problems.filter(isLate).map(({ relPath }) => relPath));
    this.addProblems(ingested.problems.filter((problem) => !isLate(problem)));
  }

  /** What failed for a reason that passes is asked for once more, with the disk left alone before. */
  private async ingestLate(): Promise<void> {
    if (this.late.length === 0) return;
    const { signal } = this.options;
    await sleep(LATE_MS, undefined, signal ? { signal } : {});
    const ingested = await ingestPhotos(this.deps, this.library, this.late, signal ? { signal } : {});
    this.total.added += ingested.added;
    this.total.changed += ingested.changed;
    this.addProblems(ingested.problems);
  }

  private addProblems(problems: readonly IngestProblem[]): void {
    this.problems.push(...problems.slice(0, PROBLEMS_KEPT - this.problems.length));
  }

  /** Waits for what was just written. @returns the paths that still grow */
  private async ingestGrown(): Promise<readonly string[]> {
    for (let look = 0; look < LOOKS_AT_GROWING && this.growing.length > 0; look++) {
      await sleep(REST_MS, undefined, this.options.signal ? { signal: this.options.signal } : {});
      const before = this.growing;
      this.growing = [];
      const after = await this.deps.reader.stat(
        this.library.rootPath,
        before.map(({ file }) => file.relPath),
      );
      for (const [index, work] of before.entries()) this.takeIfAtRest(work, after[index] ?? null);
      await this.ingestWork();
    }
    return this.growing.map(({ file }) => file.relPath);
  }

  private takeIfAtRest(work: ScanWork, file: FileStat | null): void {
    if (file === null) return;
    const isAtRest = file.size === work.file.size && file.touchedAtMs === work.file.touchedAtMs;
    (isAtRest ? this.work : this.growing).push({ ...work, file });
  }

  /** An emptied mount point looks like a folder whose photos were all deleted: nobody deletes like that, mounts do. */
  private async isEmptiedRoot(): Promise<boolean> {
    const entries = await this.deps.reader.list(this.library.rootPath, '');
    if (entries.length > 0) return false;
    for await (const rows of this.pages()) if (rows.some((row) => row.missingSince === null)) return true;
    return false;
  }

  private async *pages(): AsyncGenerator<readonly KnownFile[]> {
    let after: string | null = null;
    for (;;) {
      this.options.signal?.throwIfAborted();
      const rows: readonly KnownFile[] = await this.deps.images.pageKnownFiles({
        libraryId: this.library.id,
        after,
        limit: ROWS_PER_PAGE,
      });
      if (rows.length === 0) return;
      yield rows;
      after = rows.at(-1)!.relPath;
    }
  }

  private async compareRows(): Promise<void> {
    for await (const rows of this.pages()) {
      const returned = rows.filter((row) => row.missingSince !== null && this.seen.has(row.id));
      if (returned.length > 0) await this.deps.images.markSeen(returned.map(({ id }) => id));
      this.total.returned += returned.length;
      await this.markGone(rows.filter((row) => this.isUnseen(row)));
    }
  }

  private isUnseen(row: KnownFile): boolean {
    if (row.missingSince !== null || this.seen.has(row.id)) return false;
    return !this.rules.excludes(row.relPath) && !isBelowAny(row.relPath, this.unreadable);
  }

  /** Asks the disk once more: a row made or found by an event during the walk was not seen by it. */
  private async markGone(rows: readonly KnownFile[]): Promise<void> {
    if (rows.length === 0) return;
    const stats = await this.deps.reader.stat(
      this.library.rootPath,
      rows.map(({ relPath }) => relPath),
    );
    const gone = rows.filter((_, index) => stats[index] === null);
    if (gone.length === 0) return;
    // The root itself went away during the scan: then everything looks gone.
    await this.deps.reader.list(this.library.rootPath, '');
    await this.deps.images.markMissing(
      gone.map(({ id }) => id),
      this.deps.now(),
    );
    this.total.missing += gone.length;
  }
}
