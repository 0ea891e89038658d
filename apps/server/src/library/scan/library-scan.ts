import type { ImageExifDao, Library, LibraryQuestion } from '@clip-watch/db';
import type { LibraryRoot } from '@clip-watch/library-root';
import { DiskError } from '../asked-child.js';
import type { FileStat } from '../folder-protocol.js';
import type { FolderReader } from '../folder-reader.js';
import { type MetRoot, meetRoot } from '../meet-root.js';
import { type ComparedRows, compareRows, countLostInEmptyRoot } from './gone-rows.js';
import { createIdSet, type IdSet } from './id-set.js';
import type { IngestDeps, IngestProblem } from './ingest-photos.js';
import type { Gone } from './missing-brake.js';
import { ScanIntake } from './scan-intake.js';
import { planScanBatch } from './scan-plan.js';
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
  /** Set when so much is gone that nothing was marked missing until a person says why. */
  readonly mostGone: Gone | null;
  /** Files that are still being written; the next scan takes them. */
  readonly growing: readonly string[];
  /** Folders and files that cannot be read: the first hundred of them. */
  readonly problems: readonly IngestProblem[];
  readonly durationMs: number;
  /** The folder's identity, when it is to be kept from now on; null when it is known already, or not certain. */
  readonly newIdentity: string | null;
}

/** The root is away, silent, emptied or another folder. Nothing was changed in the table. */
export interface ScanOffline {
  readonly kind: 'offline';
  readonly reason: string;
  /** What a person has to answer; null when the folder only has to come back. */
  readonly question: LibraryQuestion | null;
  readonly gonePhotos: number | null;
}

type ScannedLibrary = Pick<Library, 'id' | 'rootPath' | 'rootIdentity' | 'answer' | 'gonePhotos'>;

export interface ScanOptions extends WalkOptions {
  readonly onProgress?: (progress: { readonly found: number; readonly ingested: number }) => void;
  /**
   * The newest row at the end of the last scan that marked photos as gone. Default: the newest one now, with which
   * photos that were moved since that scan may count as gone.
   */
  readonly newestId?: number;
  /** A new mount gave the known folder another identity, which whoever opens photos has to know. */
  readonly onIdentity?: (identity: string) => Promise<void>;
}

const KEEP_MISSING_MS = 30 * 24 * 3_600_000;
const NO_FOLDER: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

/** Compares all of a library's folder with its rows. This is what counts; file events only make it happen sooner. */
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
  readonly #seen: IdSet = createIdSet();
  readonly #unreadable: string[] = [];
  readonly #backHashes = new Set<string>();
  #files = 0;
  #ingested = 0;
  readonly #intake: ScanIntake;
  readonly #deps: ScanDeps;
  readonly #library: ScannedLibrary;
  readonly #met: Extract<MetRoot, { kind: 'library' }>;
  readonly #root: LibraryRoot & { readonly id: number };
  readonly #rules: WalkRules;
  readonly #options: ScanOptions;

  constructor(
    deps: ScanDeps,
    library: ScannedLibrary,
    met: Extract<MetRoot, { kind: 'library' }>,
    rules: WalkRules,
    options: ScanOptions,
  ) {
    this.#deps = deps;
    this.#library = library;
    this.#met = met;
    this.#root = { id: library.id, ...met.root };
    this.#rules = rules;
    this.#options = options;
    const onIngested = (rows: number): void => {
      this.#ingested += rows;
      this.#report();
    };
    this.#intake = new ScanIntake(deps, this.#root, { signal: options.signal, onIngested });
  }

  async run(): Promise<ScanSummary | ScanOffline> {
    const [deps, library, intake] = [this.#deps, this.#library, this.#intake];
    const startedAt = deps.now();
    const newerThan = this.#options.newestId ?? (await deps.images.newestId(library.id));
    await this.#compareFolder();
    const emptied = await this.#findEmptiedRoot();
    if (emptied !== null) return emptied;
    await intake.ingest();
    const growing = await intake.ingestGrown();
    await intake.ingestLate();
    const { known, returned, missing, mostGone } = await this.#compareRows(newerThan);
    // Rows that were missing for long are removed, but not by a scan that finds most of the others gone.
    if (mostGone === null) await deps.images.removeMissing(library.id, deps.now() - KEEP_MISSING_MS);
    await deps.images.purgeKeptEmbeddings();
    return {
      kind: 'scanned',
      files: this.#files,
      ...intake.total,
      returned: intake.total.returned + returned,
      missing,
      mostGone,
      growing,
      problems: intake.problems,
      durationMs: deps.now() - startedAt,
      newIdentity: mostGone === null ? this.#findNewIdentity(known) : null,
    };
  }

  async runPart(): Promise<{ readonly added: number; readonly changed: number }> {
    await this.#compareFolder();
    await this.#intake.ingest();
    await this.#intake.ingestGrown();
    const { added, changed } = this.#intake.total;
    return { added, changed };
  }

  /**
   * A folder with a new identity is the library's if the library's photos are in it, or if there are none to look for.
   */
  #findNewIdentity(known: number): string | null {
    if (this.#met.standing === 'kept') return null;
    return this.#seen.size > 0 || known === 0 ? this.#root.rootIdentity : null;
  }

  #compareRows(newerThan: number): Promise<ComparedRows> {
    const walked = {
      root: this.#root,
      seen: this.#seen,
      unreadable: this.#unreadable,
      backHashes: this.#backHashes,
      newerThan,
      excludes: (relPath: string) => this.#rules.excludes(relPath),
    };
    return compareRows(this.#deps, this.#library, walked, this.#options.signal);
  }

  async #compareFolder(): Promise<void> {
    for await (const step of walkLibrary(this.#deps.reader, this.#root, this.#rules, this.#options)) {
      if (step.kind === 'unreadable') this.#addUnreadable(step.relDir, step.code, step.message);
      else if (step.kind === 'unnameable') this.#addUnnameable(step.relPaths);
      else await this.#compareFiles(step.files);
      if (this.#intake.isFull) await this.#intake.ingest();
    }
  }

  #addUnreadable(relDir: string, code: string, message: string): void {
    if (code === 'ENOENT' && isLossyName(relDir)) this.#addUnnameable([relDir]);
    // It was removed, or replaced by a link, after its parent was listed.
    if (NO_FOLDER.has(code)) return;
    this.#unreadable.push(relDir);
    this.#intake.addProblems([{ relPath: relDir, reason: 'unreadable_folder', message }]);
  }

  #addUnnameable(relPaths: readonly string[]): void {
    const message = 'The name holds bytes that are no UTF-8, so it cannot be opened. Rename it.';
    this.#intake.addProblems(relPaths.map((relPath) => ({ relPath, reason: 'bad_name', message })));
  }

  async #compareFiles(files: readonly FileStat[]): Promise<void> {
    if (files.length === 0) return;
    const { images, now } = this.#deps;
    const known = await images.findKnownFiles(
      this.#library.id,
      files.map(({ relPath }) => relPath),
    );
    const plan = planScanBatch(files, known, now(), this.#met.compare);
    if (plan.unnoted.length > 0) await images.noteInodes(plan.unnoted);
    for (const id of plan.seen) this.#seen.add(id);
    for (const row of known) if (row.missingSince !== null) this.#backHashes.add(row.contentHash);
    this.#intake.add(plan);
    this.#files += files.length;
    this.#report();
  }

  #report(): void {
    this.#options.onProgress?.({ found: this.#files, ingested: this.#ingested });
  }

  /** People do not delete all their photos but leave the folder; a mount point that lost its disk looks like that. */
  async #findEmptiedRoot(): Promise<ScanOffline | null> {
    if (this.#files > 0) return null;
    if ((await this.#deps.reader.list(this.#root, '')).length > 0) return null;
    const gonePhotos = await countLostInEmptyRoot(this.#deps, this.#library, this.#options.signal);
    if (gonePhotos === null) return null;
    const reason = `The folder ${this.#library.rootPath} is empty, and it held photos before. Mount it again, or say that they were deleted.`;
    return { kind: 'offline', reason, question: 'most_gone', gonePhotos };
  }
}
