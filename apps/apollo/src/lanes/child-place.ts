import { describeHang, type RunTimer, restartPauseMs } from '@clip-watch/processes';
import type { ChildFacts, ChildInput } from '../children/child-protocol.js';
import type { Log } from '../log.js';
import type { ChildEnd, ChildEvents, ChildHost } from './child-host.js';

/** Entries that a child works on in one go. */
export interface Batch<Entry> {
  readonly entries: readonly Entry[];
  readonly sentAt: number;
  /** A suspect by itself: if the child breaks, it was this one. */
  readonly alone: boolean;
}

export interface PlaceOptions {
  readonly name: string;
  /** A batch that takes longer, in the child's own time, means a child that hangs. */
  readonly hangMs: number;
  readonly log: Log;
  start(events: ChildEvents): ChildHost;
}

export interface PlaceEvents<Entry> {
  /** The child can take work, for the first time or again. */
  onReady(): void;
  onAnswer(batch: Batch<Entry>, outputs: readonly unknown[]): void;
  /** @param guilty the batch was being worked on when the child broke */
  onLost(batch: Batch<Entry>, message: string, guilty: boolean): void;
}

/** Before a child that cannot be started is tried again. */
const RESTART = { baseMs: 200, capMs: 10_000 };

/**
 * A place for one child, filled again whenever the child ends.
 * States: `starting`, `ready`, `broken` (gone; a new one follows, at once after one failure, after pauses
 * of up to 10 s with more in a row), `closed`.
 */
export class ChildPlace<Entry> {
  readonly #options: PlaceOptions;
  readonly #events: PlaceEvents<Entry>;
  readonly #inHand = new Map<number, Batch<Entry>>();
  #host: ChildHost | undefined;
  #facts: ChildFacts | undefined;
  #hangTimer: RunTimer | undefined;
  #failures = 0;
  #nextId = 1;
  #isClosed = false;
  #isDistrusted = false;
  #gone: Promise<void> = Promise.resolve();
  restarts = 0;

  constructor(options: PlaceOptions, events: PlaceEvents<Entry>) {
    this.#options = options;
    this.#events = events;
  }

  get isReady(): boolean {
    return this.#facts !== undefined;
  }

  /** Batches that the child has. */
  get inHand(): number {
    return this.#inHand.size;
  }

  get isIsolated(): boolean {
    return [...this.#inHand.values()].some(({ alone }) => alone);
  }

  get pid(): number | undefined {
    return this.#host?.pid;
  }

  /** Starts the first child. @throws Error its own words, when it cannot work */
  open(): Promise<ChildFacts> {
    return new Promise((resolve, reject) => this.#start(resolve, reject));
  }

  send(entries: readonly Entry[], inputs: readonly ChildInput[], alone: boolean): void {
    const id = this.#nextId++;
    this.#inHand.set(id, { entries, sentAt: performance.now(), alone });
    this.#host?.run(id, inputs);
    this.#watch();
  }

  /** Ends a child whose answer is not believed. What else it has is lost, and not to blame. */
  distrust(message: string): void {
    this.#isDistrusted = true;
    this.#facts = undefined;
    this.#host?.kill(message);
  }

  /** Ends the child at once. Resolves when it is gone. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#unwatch();
    this.#host?.dismiss();
    return this.#gone;
  }

  #start(onReady?: (facts: ChildFacts) => void, onUnusable?: (error: Error) => void): void {
    let isGone = (): void => {};
    this.#gone = new Promise((resolve) => {
      isGone = resolve;
    });
    this.#host = this.#options.start({
      onReady: (facts) => {
        this.#facts = facts;
        onReady?.(facts);
        this.#events.onReady();
      },
      onDone: (id, outputs) => this.#done(id, outputs),
      onFailed: (_id, message) => this.#host?.kill(message),
      onEnd: (end) => {
        isGone();
        onUnusable?.(new Error(end.message));
        this.#ended(end);
      },
    });
  }

  #done(id: number, outputs: readonly unknown[]): void {
    const batch = this.#inHand.get(id);
    if (batch === undefined) return;
    this.#inHand.delete(id);
    this.#failures = 0;
    this.#unwatch();
    this.#watch();
    this.#events.onAnswer(batch, outputs);
  }

  /** One timer, for the batch that the child works on. */
  #watch(): void {
    if (this.#hangTimer !== undefined || this.#inHand.size === 0) return;
    const { hangMs } = this.#options;
    this.#hangTimer = this.#host?.clock.after(hangMs, (why) =>
      this.#host?.kill(`no answer for ${hangMs} ms: ${describeHang(why)}`),
    );
  }

  #unwatch(): void {
    this.#hangTimer?.stop();
    this.#hangTimer = undefined;
  }

  #ended(end: ChildEnd): void {
    this.#unwatch();
    // A child that worked until someone ended it says nothing against the next one.
    this.#failures = this.isReady && end.kind === 'killed' ? 0 : this.#failures + 1;
    this.#facts = undefined;
    this.#host = undefined;
    const batches = [...this.#inHand.values()];
    this.#inHand.clear();
    const isFault = end.kind === 'fault' && !this.#isDistrusted;
    this.#isDistrusted = false;
    // Only the first one ran; those behind it were not begun.
    for (const [i, batch] of batches.entries()) this.#events.onLost(batch, end.message, isFault && i === 0);
    if (!this.#isClosed) this.#restart(end, batches.length);
  }

  #restart(end: ChildEnd, lost: number): void {
    this.restarts++;
    this.#options.log.warn({ lane: this.#options.name, end, lost }, 'child ended, starting another');
    const pauseMs = this.#failures <= 1 ? 0 : restartPauseMs(this.#failures, RESTART);
    setTimeout(() => {
      if (!this.#isClosed) this.#start();
    }, pauseMs);
  }
}
