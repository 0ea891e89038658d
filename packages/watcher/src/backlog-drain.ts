import { setTimeout as sleep } from 'node:timers/promises';
import { planAfterPass } from './after-pass.js';
import { createDrainMemory, type DrainMemory } from './drain-memory.js';
import { runDrainOnce } from './drain-once.js';
import { type ResolvedDrainOptions, resolveDrainOptions } from './drain-options.js';
import { runDrainRound } from './drain-round.js';
import type {
  BacklogDrain,
  DrainDeps,
  DrainOnceOptions,
  DrainOnceResult,
  DrainOptions,
  DrainState,
  DrainStatus,
} from './drain-types.js';
import { libraryStatuses } from './library-statuses.js';
import type { PassEnd } from './pass-end.js';

/** What a drain that was asked to drop everything gets to give its claims back. */
const FORCE_MS = 2_000;
/** A clock that jumps or a database that misses a wake costs no more than this. */
const LONGEST_REST_MS = 15 * 60_000;

const AT_REST: ReadonlySet<DrainState> = new Set(['disabled', 'idle', 'paused', 'closed']);

/**
 * Builds a drain; nothing is opened, claimed or timed before the first `wake` or `drainOnce`.
 * @throws TypeError naming every option that is out of bounds
 */
export function createBacklogDrain(deps: DrainDeps, options?: DrainOptions): BacklogDrain {
  return new Drain(deps, resolveDrainOptions(options));
}

class Drain implements BacklogDrain {
  readonly #deps: DrainDeps;
  readonly #options: ResolvedDrainOptions;
  readonly #memory: DrainMemory;
  readonly #hard = new AbortController();
  readonly #watchers = new Set<() => void>();
  #soft = new AbortController();
  #state: DrainState;
  #reason: string | undefined;
  #loop: Promise<void> | undefined;
  /** Rounds never overlap: the loop's and those of `drainOnce` queue here. */
  #turn: Promise<unknown> = Promise.resolve();
  #rounds = 0;
  #isWoken = false;
  #isPaused = false;
  #isSuspicious = false;
  /** A person asked to look now: the next nap is left out. */
  #isHurried = false;
  #failures = 0;
  #nap: AbortController | undefined;
  #dueTimer: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  constructor(deps: DrainDeps, options: ResolvedDrainOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#memory = createDrainMemory(options);
    this.#state = deps.clipClient.isEnabled ? 'idle' : 'disabled';
    if (this.#state === 'disabled') this.#reason = 'No encoder is configured.';
  }

  wake(_libraryId?: number): void {
    if (this.#closing !== undefined || !this.#deps.clipClient.isEnabled) return;
    this.#isWoken = true;
    if (!this.#isPaused) this.#start();
  }

  pause(): void {
    if (this.#closing !== undefined || !this.#deps.clipClient.isEnabled) return;
    this.#isPaused = true;
    this.#soft.abort(new Error('the drain was paused'));
    this.#nap?.abort();
    clearTimeout(this.#dueTimer);
    this.#enter('paused', 'Paused by a person. Resume to go on.');
  }

  resume(): void {
    if (this.#closing !== undefined || !this.#deps.clipClient.isEnabled) return;
    if (this.#isPaused) {
      this.#isPaused = false;
      this.#soft = new AbortController();
      this.#enter('idle');
    }
    this.#isHurried = true; // the state shows before the nap begins
    this.#nap?.abort();
    this.wake();
  }

  status(): DrainStatus {
    return {
      state: this.#state,
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
      imagesPerSecond: this.#state === 'draining' ? this.#memory.progress.throughput.perSecond() : 0,
      libraries: libraryStatuses(this.#memory, this.#state === 'draining'),
    };
  }

  whenIdle(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stopWatching = (): void => {
        this.#watchers.delete(look);
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        stopWatching();
        reject(signal?.reason);
      };
      const look = (): void => {
        if (!this.#isAtRest()) return;
        stopWatching();
        resolve();
      };
      if (signal?.aborted) return onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#watchers.add(look);
      look();
    });
  }

  drainOnce(options: DrainOnceOptions = {}): Promise<DrainOnceResult> {
    return runDrainOnce(options, {
      progress: this.#memory.progress,
      isEnabled: this.#deps.clipClient.isEnabled,
      isStopped: () => (this.#closing !== undefined ? 'stopped' : this.#isPaused ? 'paused' : undefined),
      round: (lane, connect) => this.#round(lane, connect),
    });
  }

  onChanged(listener: (libraryId: number, relPath: string) => void): () => void {
    this.#memory.changedListeners.add(listener);
    return () => this.#memory.changedListeners.delete(listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // ---- the loop

  #start(): void {
    clearTimeout(this.#dueTimer);
    if (this.#loop !== undefined) return;
    this.#memory.progress.throughput.restart();
    this.#loop = this.#drainUntilIdle()
      .catch((err: unknown) => this.#deps.log?.error({ err }, 'clip_watch: the drain stopped on an unexpected error'))
      .finally(() => {
        this.#loop = undefined;
        this.#tell();
        if (this.#isWoken && this.#mayRun()) this.#start();
      });
  }

  async #drainUntilIdle(): Promise<void> {
    while (this.#mayRun()) {
      this.#isWoken = false;
      this.#isHurried = false;
      const end = await this.#round('fresh-and-due', this.#soft.signal);
      const next = planAfterPass(end, this.#failures - 1, this.#options.random);
      if (next.kind === 'wait') await this.#rest(next.delayMs);
      else if (!this.#isWoken) break;
    }
    if (this.#mayRun()) await this.#armDueTimer();
  }

  #mayRun(): boolean {
    return !this.#isPaused && this.#closing === undefined;
  }

  #round(lane: 'fresh-and-due' | 'retries', connect: AbortSignal): Promise<PassEnd> {
    const next = this.#turn.then(() => this.#runRound(lane, connect));
    this.#turn = next.catch(() => undefined);
    return next;
  }

  async #runRound(lane: 'fresh-and-due' | 'retries', connect: AbortSignal): Promise<PassEnd> {
    this.#rounds += 1;
    const before = this.#memory.progress.total().encoded;
    try {
      const end = await runDrainRound({
        deps: this.#deps,
        options: this.#options,
        memory: this.#memory,
        lane,
        connect,
        soft: this.#soft.signal,
        hard: this.#hard.signal,
        isSuspicious: this.#isSuspicious,
        onPhase: (phase) => this.#onPhase(phase),
      });
      this.#noteEnd(end, this.#memory.progress.total().encoded > before);
      return end;
    } finally {
      this.#rounds -= 1;
    }
  }

  #onPhase(phase: 'connecting' | 'encoding'): void {
    if (!this.#mayRun()) return;
    if (phase === 'encoding') {
      this.#isSuspicious = false;
      this.#enter('draining');
    } else if (this.#state !== 'misconfigured')
      this.#enter('waiting', this.#deps.clipClient.health().reason ?? 'Waiting for the encoder.');
  }

  #noteEnd(end: PassEnd, hasProgress: boolean): void {
    const next = planAfterPass(end, 0, this.#options.random);
    this.#isSuspicious = end.kind === 'suspicious' || (this.#isSuspicious && next.kind === 'wait');
    if (next.kind === 'rest') this.#failures = 0;
    else this.#failures = hasProgress ? 1 : this.#failures + 1;
    if (end.kind === 'bug') this.#deps.log?.error({ err: end.error }, 'clip_watch: an error that nobody expected');
    if (!this.#mayRun()) return;
    if (next.kind === 'rest') {
      this.#enter('idle');
      return;
    }
    if (this.#failures === 1) this.#deps.log?.warn({ reason: next.reason, state: next.state }, 'clip_watch: waiting');
    this.#enter(next.state, next.reason);
  }

  async #rest(delayMs: number): Promise<void> {
    if (this.#isHurried || !this.#mayRun()) return;
    this.#nap = new AbortController();
    // `ref: false`: a drain that only waits keeps no process alive.
    await sleep(delayMs, undefined, { signal: this.#nap.signal, ref: false }).catch(() => {});
    this.#nap = undefined;
  }

  async #armDueTimer(): Promise<void> {
    // With a cap per tick the ticks set the pace.
    if (this.#options.maxPerTick !== Number.POSITIVE_INFINITY) return;
    const dueAt = await this.#nextDueAt();
    if (dueAt === undefined || !this.#mayRun() || this.#isWoken) return;
    const delayMs = Math.min(LONGEST_REST_MS, Math.max(1_000, dueAt - this.#options.now()));
    this.#dueTimer = setTimeout(() => this.wake(), delayMs);
    this.#dueTimer.unref();
  }

  async #nextDueAt(): Promise<number | undefined> {
    const { libraries, images } = this.#deps.database;
    const times: number[] = [];
    for (const { id, state } of await libraries.list()) {
      const dueAt = state === 'online' ? await images.nextDueAt(id) : null;
      if (dueAt !== null) times.push(dueAt);
    }
    const resumesAt = this.#memory.pauses.nextResume();
    if (resumesAt !== undefined) times.push(resumesAt);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  // ---- states and the end

  #enter(state: DrainState, reason?: string): void {
    this.#state = state;
    this.#reason = reason;
    this.#tell();
  }

  #isAtRest(): boolean {
    return AT_REST.has(this.#state) && this.#loop === undefined && this.#rounds === 0;
  }

  #tell(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  async #close(): Promise<void> {
    clearTimeout(this.#dueTimer);
    this.#soft.abort(new Error('the drain is closing'));
    this.#nap?.abort();
    const ended = Promise.allSettled([this.#loop, this.#turn]);
    await Promise.race([ended, sleep(this.#options.closeGraceMs, undefined, { ref: false })]);
    this.#hard.abort(new Error('the drain is closing'));
    await Promise.race([ended, sleep(FORCE_MS, undefined, { ref: false })]);
    this.#enter('closed');
  }
}
