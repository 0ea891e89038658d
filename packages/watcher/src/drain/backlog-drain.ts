import { setTimeout as sleep } from 'node:timers/promises';
import { type ResolvedDrainOptions, resolveDrainOptions } from '../drain-options.js';
import type {
  BacklogDrain,
  DrainDeps,
  DrainOnceOptions,
  DrainOnceResult,
  DrainOptions,
  DrainState,
  DrainStatus,
} from '../drain-types.js';
import { errorMessage } from '../error-code.js';
import { createDrainMemory, type DrainMemory, libraryStatuses } from '../memory/drain-memory.js';
import { type AfterPass, type PassEnd, planAfterPass } from '../pass/pass-end.js';
import type { PassRun } from '../pass/pass-run.js';
import { runDrainOnce } from './drain-once.js';
import { runDrainRound } from './drain-round.js';
import { DueTimer, Nap, nextDueTime } from './drain-timers.js';
import { ObservableState } from './observable-state.js';

/** How long a drain may take to release its claims once it has been told to drop everything. */
const FORCE_MS = 2_000;

const AT_REST: ReadonlySet<DrainState> = new Set(['disabled', 'idle', 'paused', 'closed']);

/**
 * Builds a drain; nothing is opened, claimed or timed before the first `wake` or `drainOnce`.
 * @throws TypeError naming every option that is out of bounds
 */
export function createBacklogDrain(deps: DrainDeps, options?: DrainOptions): BacklogDrain {
  return new Drain(deps, resolveDrainOptions(options));
}

interface EndedRound {
  readonly end: PassEnd;
  readonly next: AfterPass;
}

class Drain implements BacklogDrain {
  readonly #deps: DrainDeps;
  readonly #options: ResolvedDrainOptions;
  readonly #memory: DrainMemory;
  readonly #state: ObservableState<DrainState>;
  readonly #nap = new Nap();
  readonly #dueTimer = new DueTimer();
  readonly #hard = new AbortController();
  #soft = new AbortController();
  #loop: Promise<void> | undefined;
  /** Ends the loop's current round, so that waiting for an encoder does not hold up a pass that somebody asked for. */
  #makeWay = new AbortController();
  /** Rounds never overlap: the loop's and those of `drainOnce` queue here. */
  #turn: Promise<unknown> = Promise.resolve();
  #passes = 0;
  #isWoken = false;
  #isPaused = false;
  #isSuspicious = false;
  /** Rounds in a row that ended early without one photo done. */
  #failures = 0;
  #closing: Promise<void> | undefined;

  constructor(deps: DrainDeps, options: ResolvedDrainOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#memory = createDrainMemory(options);
    this.#state = deps.clipClient.isEnabled
      ? new ObservableState<DrainState>('idle')
      : new ObservableState<DrainState>('disabled', 'No encoder is configured.');
  }

  wake(libraryId?: number): void {
    if (!this.#isOpen()) return;
    if (libraryId !== undefined) this.#memory.woken.add(libraryId);
    this.#isWoken = true;
    if (!this.#isPaused) this.#start();
  }

  pause(): void {
    if (!this.#isOpen()) return;
    this.#isPaused = true;
    this.#soft.abort(new Error('the drain was paused'));
    this.#nap.cutShort();
    this.#dueTimer.clear();
    this.#state.enter('paused', 'Paused by a person. Resume to go on.');
  }

  resume(): void {
    if (!this.#isOpen()) return;
    if (this.#isPaused) {
      this.#isPaused = false;
      this.#soft = new AbortController();
      this.#state.enter('idle');
    }
    this.#nap.cutShort();
    this.wake();
  }

  status(): DrainStatus {
    const { state, reason } = this.#state;
    const isDraining = state === 'draining';
    return {
      state,
      ...(reason === undefined ? {} : { reason }),
      imagesPerSecond: isDraining ? this.#memory.progress.throughput.perSecond() : 0,
      libraries: libraryStatuses(this.#memory, isDraining),
    };
  }

  whenIdle(signal?: AbortSignal): Promise<void> {
    const isAtRest = (): boolean => AT_REST.has(this.#state.state) && this.#loop === undefined && this.#passes === 0;
    return this.#state.until(isAtRest, signal);
  }

  async drainOnce(options: DrainOnceOptions = {}): Promise<DrainOnceResult> {
    this.#passes += 1;
    this.#holdLoop();
    try {
      return await runDrainOnce(options, {
        progress: this.#memory.progress,
        isEnabled: this.#deps.clipClient.isEnabled,
        isStopped: () => (this.#closing !== undefined ? 'stopped' : this.#isPaused ? 'paused' : undefined),
        pausedReason: () => this.status().libraries.find(({ state }) => state === 'paused')?.reason,
        encoderTrouble: () => this.#deps.clipClient.health().reason,
        round: async (lane, connect) => (await this.#round(lane, connect, options.signal)).end,
      });
    } finally {
      this.#passes -= 1;
      // Nothing is waiting for an encoder any more; the result says why the pass ended.
      if (this.#passes === 0 && this.#loop === undefined && this.#mayRun()) this.#state.enter('idle');
      else this.#state.tell();
      this.#startIfWoken();
    }
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
    this.#dueTimer.clear();
    if (this.#loop !== undefined || this.#passes > 0) return;
    this.#makeWay = new AbortController();
    this.#memory.progress.throughput.restart();
    this.#loop = this.#drainUntilIdle()
      .catch((err: unknown) => this.#onLoopError(err))
      .finally(() => {
        this.#loop = undefined;
        this.#state.tell();
        this.#startIfWoken(); // A wake between the last look and here.
      });
  }

  #startIfWoken(): void {
    if (this.#isWoken && this.#mayRun()) this.#start();
  }

  /** The loop takes no new photos while a requested pass is running, and continues after the last of them. */
  #holdLoop(): void {
    if (this.#loop === undefined) return;
    this.#isWoken = true;
    this.#makeWay.abort(new Error('a pass was asked for'));
    this.#nap.cutShort();
  }

  async #drainUntilIdle(): Promise<void> {
    while (this.#mayRun() && this.#passes === 0) {
      this.#isWoken = false;
      this.#nap.reset();
      const makeWay = this.#makeWay.signal;
      const { next } = await this.#round('fresh-and-due', AbortSignal.any([this.#soft.signal, makeWay]), makeWay);
      if (makeWay.aborted) this.#isWoken = true; // What it left undone waits for the end of the pass.
      if (next.kind === 'wait') await this.#nap.take(next.delayMs);
      else if (!this.#isWoken) break;
    }
    await this.#armDueTimer();
  }

  async #armDueTimer(): Promise<void> {
    // With a cap per tick, the ticks set the pace.
    if (!this.#mayRun() || this.#passes > 0 || this.#options.maxPerTick !== Number.POSITIVE_INFINITY) return;
    const dueAt = await nextDueTime(this.#deps.backlog, this.#memory.pauses);
    if (dueAt === undefined || !this.#mayRun() || this.#isWoken) return;
    this.#dueTimer.arm(dueAt - this.#options.now(), () => this.wake());
  }

  // A database error while looking up the next due time does not end the drain: the next tick starts over.
  #onLoopError(err: unknown): void {
    this.#deps.log?.error({ err }, 'clip_watch: the drain rests after an unexpected error');
    if (this.#mayRun()) this.#state.enter('idle', errorMessage(err));
  }

  #round(lane: PassRun['lane'], connect: AbortSignal, stop?: AbortSignal): Promise<EndedRound> {
    const next = this.#turn.then(() => this.#runRound(lane, connect, stop));
    this.#turn = next.catch(() => undefined);
    return next;
  }

  async #runRound(lane: PassRun['lane'], connect: AbortSignal, stop?: AbortSignal): Promise<EndedRound> {
    const before = this.#memory.progress.settled;
    const end = await runDrainRound({
      deps: this.#deps,
      options: this.#options,
      memory: this.#memory,
      lane,
      connect,
      soft: stop === undefined ? this.#soft.signal : AbortSignal.any([this.#soft.signal, stop]),
      hard: this.#hard.signal,
      isSuspicious: this.#isSuspicious,
      onPhase: (phase) => this.#onPhase(phase),
    });
    const hasProgress = this.#memory.progress.settled > before;
    const next = planAfterPass(end, hasProgress ? 0 : this.#failures, this.#options.random);
    this.#failures = next.kind === 'rest' ? 0 : hasProgress ? 1 : this.#failures + 1;
    this.#noteEnd(end, next);
    return { end, next };
  }

  #onPhase(phase: 'connecting' | 'encoding'): void {
    if (!this.#mayRun()) return;
    if (phase === 'encoding') {
      this.#isSuspicious = false;
      this.#state.enter('draining');
    } else if (this.#state.state !== 'misconfigured')
      this.#state.enter('waiting', this.#deps.clipClient.health().reason ?? 'Waiting for the encoder.');
  }

  #noteEnd(end: PassEnd, next: AfterPass): void {
    this.#isSuspicious ||= end.kind === 'suspicious';
    if (end.kind === 'bug') this.#deps.log?.error({ err: end.error }, 'clip_watch: an error that nobody expected');
    if (!this.#mayRun()) return;
    this.#state.enter(next.kind === 'rest' ? 'idle' : next.state, next.kind === 'rest' ? undefined : next.reason);
    if (next.kind === 'wait' && this.#failures === 1)
      this.#deps.log?.warn({ state: next.state, reason: next.reason, ...codeOf(end) }, 'clip_watch: the drain waits');
  }

  // ---- the end

  #isOpen(): boolean {
    return this.#closing === undefined && this.#deps.clipClient.isEnabled;
  }

  #mayRun(): boolean {
    return this.#isOpen() && !this.#isPaused;
  }

  async #close(): Promise<void> {
    this.#dueTimer.clear();
    this.#soft.abort(new Error('the drain is closing'));
    this.#nap.cutShort();
    const ended = Promise.allSettled([this.#loop, this.#turn]);
    await Promise.race([ended, sleep(this.#options.closeGraceMs, undefined, { ref: false })]);
    this.#hard.abort(new Error('the drain is closing'));
    await Promise.race([ended, sleep(FORCE_MS, undefined, { ref: false })]);
    this.#state.enter('closed');
  }
}

function codeOf(end: PassEnd): { readonly code?: string } {
  return end.kind === 'database' && end.code !== undefined ? { code: end.code } : {};
}
