import { setTimeout as sleep } from 'node:timers/promises';
import type { LibraryRoot } from '@clip-watch/library-root';
import type { FileStat } from '../folder-protocol.js';
import type { FolderReader } from '../folder-reader.js';
import { type IngestDeps, type IngestProblem, type IngestResult, ingestPhotos } from './ingest-photos.js';
import { byUrgency, REST_MS, type ScanPlan, type ScanWork } from './scan-plan.js';
import { isPassing } from './scan-problems.js';

export interface IntakeDeps extends IngestDeps {
  readonly reader: Pick<FolderReader, 'stat'>;
}

export interface IntakeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Rows were written. */
  onIngested(rows: number): void;
}

// Files found and not yet ingested. Bounds memory, and is how far "new and small first" reaches.
const WORK_AT_ONCE = 5_000;
const PROBLEMS_KEPT = 100;
// Longer than the decode host leaves a disk alone after it hung.
const LATE_MS = 11_000;
// A file that grows for longer than so many looks is left to the next scan.
const LOOKS_AT_GROWING = 3;

/** Turns the new and changed photos that a scan finds into rows, the most urgent first. */
export class ScanIntake {
  readonly problems: IngestProblem[] = [];
  readonly total = { added: 0, changed: 0, returned: 0 };
  readonly #deps: IntakeDeps;
  readonly #root: LibraryRoot & { readonly id: number };
  readonly #options: IntakeOptions;
  readonly #waitOptions: { readonly signal?: AbortSignal };
  #work: ScanWork[] = [];
  #growing: ScanWork[] = [];
  #late: string[] = [];

  constructor(deps: IntakeDeps, root: LibraryRoot & { readonly id: number }, options: IntakeOptions) {
    this.#deps = deps;
    this.#root = root;
    this.#options = options;
    this.#waitOptions = options.signal === undefined ? {} : { signal: options.signal };
  }

  /** Time to ingest: what was found so far takes as much memory as it may. */
  get isFull(): boolean {
    return this.#work.length >= WORK_AT_ONCE;
  }

  add({ work, growing }: Pick<ScanPlan, 'work' | 'growing'>): void {
    this.#work.push(...work);
    this.#growing.push(...growing);
  }

  addProblems(problems: readonly IngestProblem[]): void {
    this.problems.push(...problems.slice(0, PROBLEMS_KEPT - this.problems.length));
  }

  /** Ingests what was added so far. */
  async ingest(): Promise<void> {
    const work = this.#work.sort(byUrgency);
    this.#work = [];
    const problems = await this.#read(work.map(({ file }) => file.relPath));
    this.total.returned += work.filter(({ isBack }) => isBack).length;
    this.#late.push(...problems.filter(isPassing).map(({ relPath }) => relPath));
    this.addProblems(problems.filter((problem) => !isPassing(problem)));
  }

  /** Waits for files that were just being written. @returns the paths of those that still grow */
  async ingestGrown(): Promise<readonly string[]> {
    for (let look = 0; look < LOOKS_AT_GROWING && this.#growing.length > 0; look++) {
      await sleep(REST_MS, undefined, this.#waitOptions);
      const before = this.#growing;
      this.#growing = [];
      const after = await this.#deps.reader.stat(
        this.#root,
        before.map(({ file }) => file.relPath),
      );
      for (const [index, work] of before.entries()) this.#takeIfAtRest(work, after[index] ?? null);
      await this.ingest();
    }
    return this.#growing.map(({ file }) => file.relPath);
  }

  /** Tries once more what failed for a passing reason, after leaving the disk alone for a while. */
  async ingestLate(): Promise<void> {
    if (this.#late.length === 0) return;
    await sleep(LATE_MS, undefined, this.#waitOptions);
    this.addProblems(await this.#read(this.#late));
  }

  async #read(relPaths: readonly string[]): Promise<IngestResult['problems']> {
    const { onIngested } = this.#options;
    const { added, changed, problems } = await ingestPhotos(this.#deps, this.#root, relPaths, {
      onProgress: onIngested,
      ...this.#waitOptions,
    });
    this.total.added += added;
    this.total.changed += changed;
    return problems;
  }

  #takeIfAtRest(work: ScanWork, file: FileStat | null): void {
    if (file === null) return;
    const isAtRest = file.size === work.file.size && file.touchedAtMs === work.file.touchedAtMs;
    (isAtRest ? this.#work : this.#growing).push({ ...work, file });
  }
}
