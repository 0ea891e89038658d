import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Database, GoneAnswer, Library } from '@clip-watch/db';
import type { PluginLibrary } from '@clip-watch/plugin-api';
import { compileExcluder, type DecodeHost } from '@clip-watch/watcher';
import type { BaseLogger } from 'pino';
import { HostError, messageOf } from '../errors.js';
import { createEmitter, type Emitter } from '../host/emitter.js';
import { checkRoot, findOverlap } from './check-root.js';
import { createFolderWatches, type FolderWatches } from './folder-watches.js';
import { acceptRoot, answerGone, identityOfRoot } from './library-answers.js';
import { type LibraryEvent, LibraryLoop, type LoopDeps } from './library-loop.js';
import type { WatchMode } from './library-watch.js';
import type { ScanOffline, ScanSummary } from './scan/library-scan.js';
import type { ScanRequest } from './scan/scan-runner.js';

export interface LibraryKeeperDeps {
  readonly database: Database;
  readonly decodeHost: DecodeHost;
  readonly dataDir: string;
  /** Excluded in every library, in addition to the library's own. */
  readonly excludedDirs: readonly string[];
  readonly scanIntervalMs: number;
  readonly log?: Pick<BaseLogger, 'debug' | 'info' | 'warn' | 'error'>;
  readonly now?: () => number;
  /** The plugins' tick: called during and after each scan. */
  onTick(library: PluginLibrary): void;
}

export interface LibraryDraft {
  readonly rootPath: string;
  readonly name?: string | undefined;
  readonly excludedDirs?: readonly string[] | undefined;
  /** Folders of which one must contain it; if empty, it may lie anywhere. */
  readonly within?: readonly string[];
}

export interface LibraryPatch {
  readonly name?: string | undefined;
  readonly excludedDirs?: readonly string[] | undefined;
}

/** The libraries and their watch loops. Nothing is watched before `start`. */
export interface LibraryKeeper extends AsyncDisposable {
  readonly events: Pick<Emitter<LibraryEvent>, 'on'>;
  list(): Promise<readonly Library[]>;
  isScanning(id: number): boolean;
  /** What the last scan found; null before the first. */
  lastScan(id: number): ScanSummary | ScanOffline | null;
  /** How a library's changes are noticed between scans. */
  watchMode(id: number): WatchMode;
  /** The libraries as plugins see them, each with all exclude rules that apply to it. */
  pluginLibraries(): Promise<readonly PluginLibrary[]>;
  /**
   * Makes a folder a library. If it is one already, returns that.
   * @throws HostError BAD_PATH, NOT_ANSWERING, BAD_SETTINGS (a bad exclude pattern)
   */
  add(draft: LibraryDraft): Promise<{ readonly library: Library; readonly isNew: boolean }>;
  /**
   * New exclude rules hide photos at once, and start a scan for those they show again.
   * @throws HostError NOT_FOUND, BAD_SETTINGS
   */
  update(id: number, patch: LibraryPatch): Promise<Library>;
  /**
   * Accepts what is at the library's path now, be it another folder or the target of a link, and scans it.
   * @param within folders of which one must contain it; if empty, it may lie anywhere
   * @throws HostError NOT_FOUND, BAD_PATH, NOT_ANSWERING
   */
  acceptRoot(id: number, within?: readonly string[]): Promise<Library>;
  /** Stores what happened to the photos that are gone, and scans. @throws HostError NOT_FOUND, NOTHING_ASKED */
  answerGone(id: number, answer: GoneAnswer): Promise<Library>;
  /** Forgets the library, its rows and all vectors kept for it. Files are not touched. @throws HostError NOT_FOUND */
  remove(id: number): Promise<void>;
  /** Scans now, or joins the scan that is running. @throws HostError NOT_FOUND */
  scan(id: number, options?: ScanRequest): Promise<ScanSummary | ScanOffline>;
  /** Starts a scan without waiting for it. If it fails, that is logged. @throws HostError NOT_FOUND */
  requestScan(id: number): Promise<void>;
  /** Rereads a file soon, because its bytes are not those that its row describes. */
  reread(id: number, relPath: string): void;
  /** Scans every library and keeps watching them. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export function createLibraryKeeper(deps: LibraryKeeperDeps): LibraryKeeper {
  return new Keeper(deps);
}

class Keeper implements LibraryKeeper {
  readonly events: Emitter<LibraryEvent> = createEmitter<LibraryEvent>();
  readonly #loops = new Map<number, LibraryLoop>();
  #isClosed = false;
  readonly #deps: LibraryKeeperDeps;
  readonly #watches: FolderWatches;
  #isStarted = false;

  constructor(deps: LibraryKeeperDeps) {
    this.#deps = deps;
    this.#watches = createFolderWatches(deps.log);
  }

  list(): Promise<readonly Library[]> {
    return this.#deps.database.libraries.list();
  }

  isScanning(id: number): boolean {
    return this.#loops.get(id)?.isScanning ?? false;
  }

  lastScan(id: number): ScanSummary | ScanOffline | null {
    return this.#loops.get(id)?.last ?? null;
  }

  watchMode(id: number): WatchMode {
    return this.#loops.get(id)?.watchMode ?? 'off';
  }

  async pluginLibraries(): Promise<readonly PluginLibrary[]> {
    return (await this.list()).map((library) => this.#toPluginLibrary(library));
  }

  #toPluginLibrary({ id, name, rootPath, rootIdentity, excludedDirs }: Library): PluginLibrary {
    return { id, name, rootPath, rootIdentity, excludedDirs: [...this.#deps.excludedDirs, ...excludedDirs] };
  }

  async add(draft: LibraryDraft): Promise<{ readonly library: Library; readonly isNew: boolean }> {
    // Before its disk is asked: a library that is away must not stop the server from starting.
    const known = (await this.list()).find(({ rootPath }) => rootPath === draft.rootPath);
    if (known !== undefined) return { library: known, isNew: false };
    const rootPath = await checkRoot(draft.rootPath, this.#deps.dataDir, draft.within);
    const excludedDirs = draft.excludedDirs ?? [];
    this.#checkPatterns(excludedDirs);
    const existing = findOverlap(rootPath, await this.list());
    if (existing !== undefined) return { library: existing, isNew: false };
    const name = draft.name ?? basename(rootPath);
    const rootIdentity = await identityOfRoot(rootPath);
    const library = await this.#deps.database.libraries.add({ name, rootPath, rootIdentity, excludedDirs });
    this.events.emit({ id: library.id, change: 'changed' });
    if (this.#isStarted) this.#loopOf(library).start();
    return { library, isNew: true };
  }

  #checkPatterns(excludedDirs: readonly string[]): void {
    try {
      compileExcluder([...this.#deps.excludedDirs, ...excludedDirs]);
    } catch (error) {
      throw new HostError('BAD_SETTINGS', messageOf(error), { cause: error });
    }
  }

  async update(id: number, patch: LibraryPatch): Promise<Library> {
    const found = await this.#find(id);
    if (patch.name === undefined && patch.excludedDirs === undefined) return found;
    if (patch.excludedDirs !== undefined) this.#checkPatterns(patch.excludedDirs);
    const library = await this.#deps.database.libraries.update(id, {
      ...(patch.name === undefined ? {} : { name: patch.name }),
      ...(patch.excludedDirs === undefined ? {} : { excludedDirs: patch.excludedDirs }),
    });
    // The pages always send both fields, and a new name is no reason to scan.
    if (!isDeepStrictEqual(library.excludedDirs, found.excludedDirs)) await this.#loopOf(library).changeRules(library);
    this.events.emit({ id, change: 'changed' });
    return library;
  }

  async acceptRoot(id: number, within: readonly string[] = []): Promise<Library> {
    return this.#goOn(await acceptRoot(this.#deps.database.libraries, id, { dataDir: this.#deps.dataDir, within }));
  }

  async answerGone(id: number, answer: GoneAnswer): Promise<Library> {
    return this.#goOn(await answerGone(this.#deps.database.libraries, id, answer));
  }

  #goOn(library: Library): Library {
    this.#loopOf(library).rescan();
    this.events.emit({ id: library.id, change: 'changed' });
    return library;
  }

  async remove(id: number): Promise<void> {
    await this.#find(id);
    await this.#loops.get(id)?.close();
    this.#loops.delete(id);
    await this.#deps.database.libraries.remove(id);
    this.events.emit({ id, change: 'removed' });
  }

  async #find(id: number): Promise<Library> {
    const library = await this.#deps.database.libraries.find(id);
    if (library === null) throw new HostError('NOT_FOUND', `there is no library ${id}`);
    return library;
  }

  async scan(id: number, request: ScanRequest = {}): Promise<ScanSummary | ScanOffline> {
    return this.#loopOf(await this.#find(id)).scan(request);
  }

  async requestScan(id: number): Promise<void> {
    const library = await this.#find(id);
    if (!this.#isClosed) this.#loopOf(library).requestScan();
  }

  reread(id: number, relPath: string): void {
    this.#loops.get(id)?.hint([relPath]);
  }

  async start(): Promise<void> {
    this.#isStarted = true;
    for (const library of await this.list()) this.#loopOf(library).start();
  }

  #loopOf(library: Library): LibraryLoop {
    let loop = this.#loops.get(library.id);
    if (loop === undefined) {
      loop = new LibraryLoop(library.id, this.#loopDeps());
      this.#loops.set(library.id, loop);
    }
    return loop;
  }

  #loopDeps(): LoopDeps {
    return {
      ...this.#deps,
      watches: this.#watches,
      now: this.#deps.now ?? Date.now,
      emit: (event) => this.events.emit(event),
      onTick: (library) => this.#deps.onTick(this.#toPluginLibrary(library)),
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#loops.values()].map((loop) => loop.close()));
    this.#loops.clear();
    await this.#watches.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
