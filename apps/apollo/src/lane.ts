import { type BatchRules, planBatch } from './batch-plan.js';
import type { ChildEnd, ChildEvents, ChildHost } from './child-host.js';
import type { ChildFacts } from './child-protocol.js';
import { FairQueue } from './fair-queue.js';
import type { Log } from './log.js';
import { Suspects } from './suspects.js';

/** What became of one input. */
export type LaneOutcome<Output> =
  | { readonly kind: 'done'; readonly output: Output; readonly queueMs: number }
  /** The child broke or was ended while it had this input. The same input may be sent again. */
  | { readonly kind: 'lost'; readonly message: string }
  /** This input broke a second child, alone. */
  | { readonly kind: 'poison'; readonly message: string }
  | { readonly kind: 'expired' }
  | { readonly kind: 'closed' };

export interface LaneJob<Input, Output> {
  /** Owners have their turn one after the other. */
  readonly owner: object;
  readonly input: Input;
  /** Not worth starting after this, on the clock of `performance.now()`. */
  readonly deadlineAt?: number;
  /** Called exactly once, unless the job was withdrawn. */
  settle(outcome: LaneOutcome<Output>): void;
}

export interface LaneOptions<Output> extends BatchRules {
  readonly name: string;
  readonly children: number;
  /** A batch that takes longer means a child that hangs. */
  readonly hangMs: number;
  readonly log: Log;
  start(events: ChildEvents): ChildHost;
  /** An output that only a broken child gives. */
  isBroken?(output: Output): boolean;
}

interface Queued<Input, Output> {
  readonly owner: object;
  readonly job: LaneJob<Input, Output>;
  readonly queuedAt: number;
  readonly suspect: boolean;
}

interface Batch<Input, Output> {
  readonly id: number;
  readonly entries: readonly Queued<Input, Output>[];
  readonly sentAt: number;
  readonly alone: boolean;
}

interface Place<Input, Output> {
  host: ChildHost | undefined;
  facts: ChildFacts | undefined;
  readonly inHand: Map<number, Batch<Input, Output>>;
  hangTimer: NodeJS.Timeout | undefined;
  failures: number;
  /** Settled while no process is there. */
  gone: Promise<void>;
}

/** Longest pause before a child that cannot be started is tried again. */
const MAX_RESTART_MS = 10_000;
const SWEEP_MS = 100;

/**
 * One kind of work: a fair queue, and children that take batches from it.
 * States of each child: `starting` (no facts yet), `ready`, `broken` (gone; a new one follows after a pause that
 * doubles with each failure in a row). The lane itself is `open`, then `closed`: waiting jobs are settled as closed.
 */
export class Lane<Input, Output> {
  readonly #options: LaneOptions<Output>;
  readonly #queue = new FairQueue<Queued<Input, Output>>();
  readonly #places: Place<Input, Output>[] = [];
  readonly #suspects = new Suspects();
  readonly #sweep: NodeJS.Timeout;
  #delay: NodeJS.Timeout | undefined;
  #nextId = 1;
  #closed = false;
  #closing: Promise<void> | undefined;
  #msPerInput = 0;
  restarts = 0;

  constructor(options: LaneOptions<Output>) {
    this.#options = options;
    this.#sweep = setInterval(() => this.#expire(), SWEEP_MS).unref();
  }

  /**
   * Starts the first child alone and the others after it: a model that cannot be used is told once.
   * @throws Error the child's own words
   */
  async open(): Promise<ChildFacts> {
    const facts = await new Promise<ChildFacts>((resolve, reject) => this.#add(resolve, reject));
    for (let i = 1; i < this.#options.children; i++) this.#add();
    return facts;
  }

  /** Inputs that no child has yet. */
  get waiting(): number {
    return this.#queue.size;
  }

  get readyChildren(): number {
    return this.#places.filter(({ facts }) => facts !== undefined).length;
  }

  get pids(): number[] {
    return this.#places.flatMap(({ host }) => host?.pid ?? []);
  }

  /** When an input that came now would be taken up, in ms: for clients that must come back later. */
  get expectedWaitMs(): number {
    return (this.waiting * this.#msPerInput) / Math.max(1, this.readyChildren);
  }

  submit(job: LaneJob<Input, Output>): void {
    if (this.#closed) {
      job.settle({ kind: 'closed' });
      return;
    }
    const suspect = this.#suspects.has(job.input);
    this.#queue.push({ owner: job.owner, job, queuedAt: performance.now(), suspect });
    this.#pump();
  }

  /** Takes a waiting job back. @returns false when a child has it already, or when it is settled */
  withdraw(job: LaneJob<Input, Output>): boolean {
    for (const entry of this.#queue) if (entry.job === job) return this.#queue.remove(entry);
    return false;
  }

  /** Ends the children at once and settles everything that is left. Resolves when the last child is gone. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    clearInterval(this.#sweep);
    clearTimeout(this.#delay);
    // Settling calls back into callers: they must find the lane closed already.
    this.#closed = true;
    for (let entry = this.#queue.take(); entry; entry = this.#queue.take()) entry.job.settle({ kind: 'closed' });
    await Promise.all(
      this.#places.map((place) => {
        clearTimeout(place.hangTimer);
        place.host?.dismiss();
        return place.gone;
      }),
    );
  }

  #add(onReady?: (facts: ChildFacts) => void, onUnusable?: (error: Error) => void): void {
    const place: Place<Input, Output> = {
      host: undefined,
      facts: undefined,
      inHand: new Map(),
      hangTimer: undefined,
      failures: 0,
      gone: Promise.resolve(),
    };
    this.#places.push(place);
    this.#start(place, onReady, onUnusable);
  }

  #start(
    place: Place<Input, Output>,
    onReady?: (facts: ChildFacts) => void,
    onUnusable?: (error: Error) => void,
  ): void {
    const { promise, resolve: isGone } = withResolvers();
    place.gone = promise;
    place.host = this.#options.start({
      onReady: (facts) => {
        place.facts = facts;
        onReady?.(facts);
        this.#pump();
      },
      onDone: (id, outputs) => this.#done(place, id, outputs as readonly Output[]),
      onFailed: (_id, message) => place.host?.kill(message),
      onEnd: (end) => {
        onUnusable?.(new Error(end.message));
        isGone();
        this.#ended(place, end);
      },
    });
  }

  #pump(): void {
    if (this.#closed) return;
    // The least busy child first, so that none idles while another has two batches in hand.
    const ready = this.#places.filter(({ facts }) => facts !== undefined);
    for (let depth = 0; depth < this.#options.depth; depth++)
      for (const place of ready) if (place.inHand.size === depth) this.#offer(place);
  }

  #offer(place: Place<Input, Output>): void {
    const next = this.#queue.peek();
    if (next === undefined) return;
    const step = planBatch(
      {
        waiting: this.#queue.size,
        oldestWaitMs: performance.now() - next.queuedAt,
        inHand: place.inHand.size,
        isolated: [...place.inHand.values()].some(({ alone }) => alone),
        nextIsSuspect: next.suspect,
      },
      this.#options,
    );
    if (step.kind === 'send') this.#send(place);
    else if (step.kind === 'wait') this.#pumpLater(step.delayMs);
  }

  #pumpLater(delayMs: number): void {
    this.#delay ??= setTimeout(() => {
      this.#delay = undefined;
      this.#pump();
    }, delayMs);
  }

  #takeBatch(): Queued<Input, Output>[] {
    const entries: Queued<Input, Output>[] = [];
    while (entries.length < this.#options.maxBatch) {
      const next = this.#queue.peek();
      if (next === undefined || (next.suspect && entries.length > 0)) break;
      this.#queue.take();
      entries.push(next);
      if (next.suspect) break;
    }
    return entries;
  }

  #send(place: Place<Input, Output>): void {
    const entries = this.#takeBatch();
    const id = this.#nextId++;
    const alone = entries.length === 1 && entries[0]?.suspect === true;
    place.inHand.set(id, { id, entries, sentAt: performance.now(), alone });
    place.host?.run(
      id,
      entries.map(({ job }) => job.input),
    );
    this.#watch(place);
  }

  /** One timer a child, for the batch that it works on. */
  #watch(place: Place<Input, Output>): void {
    if (place.hangTimer !== undefined || place.inHand.size === 0) return;
    const { hangMs } = this.#options;
    place.hangTimer = setTimeout(() => place.host?.kill(`no answer for ${hangMs} ms`), hangMs);
  }

  #done(place: Place<Input, Output>, id: number, outputs: readonly Output[]): void {
    const batch = place.inHand.get(id);
    if (batch === undefined) return;
    const broken =
      outputs.length !== batch.entries.length || outputs.some((output) => this.#options.isBroken?.(output));
    if (broken) this.#distrust(place, batch, outputs);
    else this.#answer(place, batch, outputs);
  }

  #answer(place: Place<Input, Output>, batch: Batch<Input, Output>, outputs: readonly Output[]): void {
    clearTimeout(place.hangTimer);
    place.hangTimer = undefined;
    place.inHand.delete(batch.id);
    place.failures = 0;
    this.#learnPace(batch);
    // The next batch goes out before this one's answers are written: the child must not wait for that.
    this.#watch(place);
    this.#pump();
    for (const [i, { job, queuedAt, suspect }] of batch.entries.entries()) {
      if (suspect) this.#suspects.clear(job.input);
      job.settle({ kind: 'done', output: outputs[i] as Output, queueMs: batch.sentAt - queuedAt });
    }
  }

  /** Only the inputs with a broken output are suspect; the rest of the child's work is not believed either. */
  #distrust(place: Place<Input, Output>, batch: Batch<Input, Output>, outputs: readonly Output[]): void {
    place.inHand.delete(batch.id);
    const message = 'numbers that are not finite';
    for (const [i, entry] of batch.entries.entries()) {
      const output = outputs[i];
      const guilty = output === undefined || this.#options.isBroken?.(output) === true;
      this.#lose(entry, message, guilty, batch.alone);
    }
    place.host?.kill(message);
  }

  #ended(place: Place<Input, Output>, end: ChildEnd): void {
    clearTimeout(place.hangTimer);
    place.hangTimer = undefined;
    const wasReady = place.facts !== undefined;
    place.facts = undefined;
    place.host = undefined;
    const batches = [...place.inHand.values()];
    place.inHand.clear();
    // Only the batch that ran is suspect; the ones behind it were not begun.
    for (const [i, batch] of batches.entries())
      for (const entry of batch.entries) this.#lose(entry, end.message, end.kind === 'fault' && i === 0, batch.alone);
    if (this.#closed) return;
    this.#options.log.warn({ lane: this.#options.name, end, lost: batches.length }, 'child ended, starting another');
    this.restarts++;
    // A child that worked until someone ended it says nothing against the next one.
    place.failures = wasReady && end.kind === 'killed' ? 0 : place.failures + 1;
    const pauseMs = place.failures <= 1 ? 0 : Math.min(MAX_RESTART_MS, 100 * 2 ** place.failures);
    setTimeout(() => {
      if (!this.#closed) this.#start(place);
    }, pauseMs);
  }

  #lose({ job }: Queued<Input, Output>, message: string, guilty: boolean, alone: boolean): void {
    if (guilty) this.#suspects.add(job.input);
    if (guilty && alone) job.settle({ kind: 'poison', message });
    else job.settle(this.#closed ? { kind: 'closed' } : { kind: 'lost', message });
  }

  #learnPace(batch: Batch<Input, Output>): void {
    const ms = (performance.now() - batch.sentAt) / batch.entries.length;
    this.#msPerInput = this.#msPerInput === 0 ? ms : this.#msPerInput * 0.8 + ms * 0.2;
  }

  #expire(): void {
    const now = performance.now();
    const late = [...this.#queue].filter(({ job }) => job.deadlineAt !== undefined && job.deadlineAt <= now);
    for (const entry of late) if (this.#queue.remove(entry)) entry.job.settle({ kind: 'expired' });
  }
}

/** `Promise.withResolvers` is not in Node 20. */
function withResolvers(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
