import { setTimeout as sleep } from 'node:timers/promises';
import type { ImageExifDao, Library, LibraryQuestion } from '@clip-watch/db';
import type { LibraryRoot } from '@clip-watch/library-root';
import { DiskError } from './asked-child.js';
import type { ComparableFacts } from './file-systems.js';
import type { FileStat } from './folder-protocol.js';
import type { FolderReader } from './folder-reader.js';
import { type ComparedRows, compareRows, countLostInEmptyRoot } from './gone-rows.js';
import { createIdSet, type IdSet } from './id-set.js';
import { type IngestDeps, type IngestProblem, ingestPhotos } from './ingest-photos.js';
import { type MetRoot, meetRoot } from './meet-root.js';
import type { Gone } from './missing-brake.js';
import { byUrgency, planScanBatch, REST_MS, type ScanWork } from './scan-plan.js';
import { isPassing } from './scan-problems.js';
import { isLossyName, type WalkOptions, type WalkRules, walkLibrary } from './walk-library.js';

export interface ScanDeps extends Omit<IngestDeps, 'images'> {
  readonly images: Pick<
    ImageExifDao,
    | 'findKnownFiles'
    | 'pageKnownFiles'
    | 'sampleKnownFiles'
    | 'upsertPhotos'
    | 'noteInodes'
    | 'newestId'
    | 'countMoved'
    | 'markMissing'
    | 'markSeen'
    | 'removeMissing'
    | 'purgeKeptEmbeddings'
  >;
  readonly reader: Pick<FolderReader, 'list' | 'stat' | 'realPlace'>;
  readonly now: () => number;
}

export interface ScanSummary {
  readonly kind: 'scanned';
  readonly files: number;
  readonly added: number;
  readonly changed: number;
  readonly missing: number;
  readonly returned: number;
  /** Set when so much is gone that nothing was marked missing: a person has to say why. */
  readonly mostGone: Gone | null;
  /** Somebody is still writing these; the next scan takes them. */
  readonly growing: readonly string[];
  /** Folders and files that cannot be read, the first hundred. */
  readonly problems: readonly IngestProblem[];
  readonly durationMs: number;
  /** The folder's identity, to be kept from now on; null when it is known, or not sure yet. */
  readonly newIdentity: string | null;
}

/** The root is away, silent, emptied or another folder: nothing was changed in the table. */
export interface ScanOffline {
  readonly kind: 'offline';
  readonly reason: string;
  /** What a person has to say before it goes on; null when it only has to come back. */
  readonly question: LibraryQuestion | null;
  readonly gonePhotos: number | null;
}

type ScannedLibrary = Pick<Library, 'id' | 'rootPath' | 'rootIdentity' | 'answer' | 'gonePhotos'>;

export interface ScanOptions extends WalkOptions {
  readonly onProgress?: (progress: { readonly found: number; readonly ingested: number }) => void;
  /**
   * The library's newest row when the last scan that marked what is gone had ended. Default: the newest one now, so that
   * photos that were moved since then may count as gone.
   */
  readonly newestId?: number;
  /** The folder that is known has another identity since a new mount: who opens photos has to know it. */
  readonly onIdentity?: (identity: string) => Promise<void>;
}

// Files found and not yet ingested. Bounds memory, and is how far "new and small first" reaches.
const WORK_AT_ONCE = 5_000;
const KEEP_MISSING_MS = 30 * 24 * 3_600_000;
const PROBLEMS_KEPT = 100;
const NO_FOLDER: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);
// Longer than the decode host leaves a disk alone that hung.
const LATE_MS = 11_000;
// A file that grows for longer than so many looks is left to the next scan.
const LOOKS_AT_GROWING = 3;

/** One full comparison of a library's folder with its rows. The truth: events only make it come sooner. */
export async function scanLibrary(
  deps: ScanDeps,
  library: ScannedLibrary,
  rules: WalkRules,
  options: ScanOptions = {},
): Promise<ScanSummary | ScanOffline> {
  try {
    const met = await meetRoot(deps, library);
    if (met.kind === 'other') return { kind: 'offline', reason: met.reason, question: 'other_root', gonePhotos: null };
    if (met.standing === 'again' && met.root.rootIdentity !== null) await options.onIdentity?.(met.root.rootIdentity);
    return await new Scan(deps, library, met, rules, options).run();
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return { kind: 'offline', reason: offlineReason(library.rootPath, error), question: null, gonePhotos: null };
  }
}

/** Compares a few folders only, after an event. Rows of files that are gone wait for the next full scan. */
export async function refreshFolders(
  deps: ScanDeps,
  library: ScannedLibrary,
  rules: WalkRules,
  options: ScanOptions,
): Promise<{ readonly added: number; readonly changed: number }> {
  const met = await meetRoot(deps, library);
  if (met.kind === 'other') return { added: 0, changed: 0 };
  return new Scan(deps, library, met, rules, options).runPart();
}

function offlineReason(rootPath: string, error: DiskError): string {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
    return `The folder ${rootPath} is not there. Connect or mount it again.`;
  if (error.code === 'EACCES' || error.code === 'EPERM')
    return `No permission to read ${rootPath}. Give this user read access.`;
  if (error.code === 'ROOT_CHANGED')
    return `Another folder took the place of ${rootPath} during the scan. Nothing in it was read.`;
  if (error.code === 'NOT_ANSWERING') return `The folder ${rootPath} does not answer. Look at its disk or network.`;
  return `The folder ${rootPath} cannot be read (${error.code}). Look at its disk or network.`;
}

class Scan {
  private readonly seen: IdSet = createIdSet();
  private readonly unreadable: string[] = [];
  private readonly backHashes = new Set<string>();
  /** The newest row when the last scan ended. */
  private newerThan = 0;
  private readonly problems: IngestProblem[] = [];
  private work: ScanWork[] = [];
  private growing: ScanWork[] = [];
  private late: string[] = [];
  private ingested = 0;
  private readonly total = { files: 0, added: 0, changed: 0, missing: 0, returned: 0 };
  private readonly deps: ScanDeps;
  private readonly library: ScannedLibrary;
  private readonly met: Extract<MetRoot, { kind: 'library' }>;
  private readonly root: LibraryRoot & { readonly id: number };
  private readonly compare: ComparableFacts;
  private readonly rules: WalkRules;
  private readonly options: ScanOptions;

  constructor(
    deps: ScanDeps,
    library: ScannedLibrary,
    met: Extract<MetRoot, { kind: 'library' }>,
    rules: WalkRules,
    options: ScanOptions,
  ) {
    this.deps = deps;
    this.library = library;
    this.met = met;
    this.root = { id: library.id, ...met.root };
    this.compare = met.compare;
    this.rules = rules;
    this.options = options;
  }

  async run(): Promise<ScanSummary | ScanOffline> {
    const startedAt = this.deps.now();
    this.newerThan = this.options.newestId ?? (await this.deps.images.newestId(this.library.id));
    await this.compareFolder();
    const emptied = await this.findEmptiedRoot();
    if (emptied !== null) return emptied;
    await this.ingestWork();
    const growing = await this.ingestGrown();
    await this.ingestLate();
    const { known, returned, missing, mostGone } = await this.compareRows();
    this.total.returned += returned;
    this.total.missing = missing;
    // Rows missing for long are removed, but not by a scan that finds most of the rest gone.
    if (mostGone === null) await this.deps.images.removeMissing(this.library.id, this.deps.now() - KEEP_MISSING_MS);
    await this.deps.images.purgeKeptEmbeddings();
    const durationMs = this.deps.now() - startedAt;
    const newIdentity = mostGone === null ? this.findNewIdentity(known) : null;
    return { kind: 'scanned', ...this.total, mostGone, growing, problems: this.problems, durationMs, newIdentity };
  }

  /** A folder that nobody met before is the library's when its photos are in it, or when there are none. */
  private findNewIdentity(known: number): string | null {
    if (this.met.standing === 'kept') return null;
    return this.seen.size > 0 || known === 0 ? this.root.rootIdentity : null;
  }

  private compareRows(): Promise<ComparedRows> {
    const { deps, library, root, seen, unreadable, backHashes, newerThan, rules, options } = this;
    const excludes = (relPath: string): boolean => rules.excludes(relPath);
    const walked = { root, seen, unreadable, backHashes, newerThan, excludes };
    return compareRows(deps, library, walked, options.signal);
  }

  async runPart(): Promise<{ readonly added: number; readonly changed: number }> {
    await this.compareFolder();
    await this.ingestWork();
    await this.ingestGrown();
    return { added: this.total.added, changed: this.total.changed };
  }

  private async compareFolder(): Promise<void> {
    const { deps, root, rules, options } = this;
    for await (const step of walkLibrary(deps.reader, root, rules, options)) {
      if (step.kind === 'unreadable') this.addUnreadable(step.relDir, step.code, step.message);
      else if (step.kind === 'unnameable') this.addUnnameable(step.relPaths);
      else await this.compareFiles(step.files);
      if (this.work.length >= WORK_AT_ONCE) await this.ingestWork();
    }
  }

  private addUnreadable(relDir: string, code: string, message: string): void {
    if (code === 'ENOENT' && isLossyName(relDir)) this.addUnnameable([relDir]);
    // A folder that went away, or became a link, between its parent's listing and its own is simply gone.
    if (NO_FOLDER.has(code)) return;
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
    const plan = planScanBatch(files, known, this.deps.now(), this.compare);
    if (plan.unnoted.length > 0) await this.deps.images.noteInodes(plan.unnoted);
    for (const id of plan.seen) this.seen.add(id);
    for (const row of known) if (row.missingSince !== null) this.backHashes.add(row.contentHash);
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
    const ingested = await ingestPhotos(this.deps, this.root, relPaths, {
      onProgress,
      ...(signal ? { signal } : {}),
    });
    this.total.added += ingested.added;
    this.total.changed += ingested.changed;
    this.total.returned += work.filter(({ isBack }) => isBack).length;
    this.late.push(...ingested.problems.filter(isPassing).map(({ relPath }) => relPath));
    this.addProblems(ingested.problems.filter((problem) => !isPassing(problem)));
  }

  /** What failed for a reason that passes is asked for once more, with the disk left alone before. */
  private async ingestLate(): Promise<void> {
    if (this.late.length === 0) return;
    const { signal } = this.options;
    await sleep(LATE_MS, undefined, signal ? { signal } : {});
    const ingested = await ingestPhotos(this.deps, this.root, this.late, signal ? { signal } : {});
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
        this.root,
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
  private async findEmptiedRoot(): Promise<ScanOffline | null> {
    if (this.total.files > 0) return null;
    if ((await this.deps.reader.list(this.root, '')).length > 0) return null;
    const gonePhotos = await countLostInEmptyRoot(this.deps, this.library, this.options.signal);
    if (gonePhotos === null) return null;
    const reason = `The folder ${this.library.rootPath} is empty, and it held photos before. Mount it again, or say that they were deleted.`;
    return { kind: 'offline', reason, question: 'most_gone', gonePhotos };
  }
}
