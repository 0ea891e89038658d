import { fileURLToPath } from 'node:url';
import type { LibraryRoot } from '@clip-watch/library-root';
import {
  type Child,
  childEnvironment,
  describeHang,
  type HangCause,
  type RunTimer,
  restartPauseMs,
  startChild,
} from '@clip-watch/processes';
import type { BaseLogger } from 'pino';
import type { WatchEvent, WatchRequest } from './watch-child.js';

export interface FolderWatchListener {
  onChanged(relDirs: readonly string[]): void;
  /** Watches ran out, or the disk does not answer: until it is watched again, only scans notice changes. */
  onLost(code: string): void;
  /** The root's path leads to a different folder now, which is not watched. */
  onRootChanged(): void;
  /** The watching process was replaced: watch the folders again, and look for what was missed. */
  onReplaced(): void;
}

/**
 * Watches the folders of all libraries in one child process, started by the first watch. A child that dies or hangs is
 * replaced within seconds. If a library's disk made it hang, that library is not watched again.
 */
export interface FolderWatches extends AsyncDisposable {
  listen(libraryId: number, listener: FolderWatchListener): void;
  /** Watching a folder twice costs nothing. */
  watch(libraryId: number, root: LibraryRoot, relDir: string): void;
  forget(libraryId: number): void;
  close(): Promise<void>;
}

const CHILD: string = fileURLToPath(new URL('../../dist/library/watch-child.js', import.meta.url));
/** The child sends a beat when it has started, and then once a second. */
const SILENCE_MS = 4_000;
const START_MS = 8_000;
const RESTART = { baseMs: 200, capMs: 5_000 };
/** A child that lived this long ends a streak of failures. */
const STEADY_MS = 60_000;

export function createFolderWatches(log?: Pick<BaseLogger, 'warn'>): FolderWatches {
  return new Watches(log);
}

class Watches implements FolderWatches {
  readonly #listeners = new Map<number, FolderWatchListener>();
  readonly #log: Pick<BaseLogger, 'warn'> | undefined;
  /** The libraries whose requests the child has not worked off yet, in order. */
  #asked: number[] = [];
  #child: Child | null = null;
  #silence: RunTimer | undefined;
  #hasStarted = false;
  #restart: NodeJS.Timeout | undefined;
  #failures = 0;
  #startedAt = 0;
  #isClosed = false;

  constructor(log: Pick<BaseLogger, 'warn'> | undefined) {
    this.#log = log;
  }

  listen(libraryId: number, listener: FolderWatchListener): void {
    this.#listeners.set(libraryId, listener);
  }

  watch(libraryId: number, { rootPath, rootIdentity }: LibraryRoot, relDir: string): void {
    this.#send({ kind: 'watch', libraryId, root: { rootPath, rootIdentity }, relDir });
  }

  forget(libraryId: number): void {
    this.#listeners.delete(libraryId);
    if (this.#child !== null) this.#send({ kind: 'forget', libraryId });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#restart);
    this.#silence?.stop();
    this.#child?.kill('it is not needed any more');
    this.#child = null;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #send(request: WatchRequest): void {
    // While the child is being replaced, requests are dropped: after `onReplaced`, they are made again.
    if (this.#isClosed || this.#restart !== undefined) return;
    this.#child ??= this.#start();
    this.#asked.push(request.libraryId);
    this.#child.send(request);
  }

  #start(): Child {
    this.#hasStarted = false;
    this.#startedAt = performance.now();
    const child = startChild({
      file: CHILD,
      env: childEnvironment(),
      channel: 'json',
      isAwaited: false,
      onMessage: (message) => this.#onEvent(message as WatchEvent), // sent by watch-child.ts
      onEnd: ({ cause }) => this.#onEnd(cause),
    });
    this.#listenFor(child, START_MS);
    return child;
  }

  #listenFor(child: Child, limitMs: number): void {
    this.#silence?.stop();
    this.#silence = child.clock.after({ limitMs }, (why) => this.#onSilence(child, why));
  }

  #onEvent(event: WatchEvent): void {
    if (this.#hasStarted || this.#child === null) this.#silence?.refresh();
    else this.#listenFor(this.#child, SILENCE_MS);
    this.#hasStarted = true;
    if (event.kind === 'beat') this.#asked.splice(0, event.done);
    else if (event.kind === 'changed') this.#listeners.get(event.libraryId)?.onChanged(event.relDirs);
    else if (event.kind === 'root-changed') this.#listeners.get(event.libraryId)?.onRootChanged();
    else this.#listeners.get(event.libraryId)?.onLost(event.code);
  }

  #onSilence(child: Child, why: HangCause): void {
    const [culprit] = this.#asked;
    if (why !== 'stopped' && culprit !== undefined) this.#listeners.get(culprit)?.onLost('NOT_ANSWERING');
    child.kill(`it was silent: ${describeHang(why)}`);
  }

  #onEnd(cause: string): void {
    this.#silence?.stop();
    this.#child = null;
    this.#asked = [];
    if (this.#isClosed) return;
    this.#log?.warn({ cause }, 'the process that watches folders ended and is replaced');
    this.#failures = streakAfter(this.#failures, performance.now() - this.#startedAt);
    this.#restart = setTimeout(() => this.#replace(), restartPauseMs(this.#failures - 1, RESTART)).unref();
  }

  #replace(): void {
    this.#restart = undefined;
    for (const listener of this.#listeners.values()) listener.onReplaced();
  }
}

/** How many children in a row ended early, counting one that just ended after this time. */
export function streakAfter(failures: number, livedMs: number): number {
  return livedMs >= STEADY_MS ? 1 : failures + 1;
}
