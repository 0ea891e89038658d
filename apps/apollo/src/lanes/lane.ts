import type { ChildFacts, ChildInput } from '../children/child-protocol.js';
import { ArrivalPace } from './arrival-pace.js';
import { type BatchRules, planBatch } from './batch-plan.js';
import { type Batch, ChildPlace, type PlaceOptions } from './child-place.js';
import { FairQueue } from './fair-queue.js';
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

/** Whoever sends inputs. Senders take turns. */
export interface Sender {
  /** Inputs that it may have unanswered. */
  readonly window: number;
  /** Inputs that it may still send before it gets an answer; 0 when it sends no more. */
  readonly room: number;
}

/** A sender of single inputs, which never wait for company. */
export const SINGLE_INPUT: Sender = { window: 1, room: 0 };

export interface LaneJob<Input extends ChildInput, Output> {
  readonly sender: Sender;
  readonly input: Input;
  /** Not worth starting after this, on the clock of `performance.now()`. */
  readonly deadlineAt?: number;
  /** Called exactly once, unless the job was withdrawn. */
  settle(outcome: LaneOutcome<Output>): void;
}

export interface LaneOptions<Output> extends BatchRules, PlaceOptions {
  readonly children: number;
  /** Its children start with the first job, not with `open`. Default false. */
  readonly onDemand?: boolean;
  /** An output that only a broken child gives. */
  isBroken?(output: Output): boolean;
}

interface Entry<Input extends ChildInput, Output> {
  readonly owner: Sender;
  readonly job: LaneJob<Input, Output>;
  readonly queuedAt: number;
  readonly suspect: boolean;
}

const SWEEP_MS = 100;

/**
 * One kind of work: a fair queue, and children that take batches from it. States: `open`, then `closed`; what waits or
 * runs at that moment is settled as closed. The states of a child: {@link ChildPlace}.
 */
export class Lane<Input extends ChildInput, Output> {
  readonly #options: LaneOptions<Output>;
  readonly #queue = new FairQueue<Sender, Entry<Input, Output>>();
  readonly #places: ChildPlace<Entry<Input, Output>>[];
  readonly #suspects = new Suspects();
  readonly #pace = new ArrivalPace();
  readonly #sweep: NodeJS.Timeout;
  #delay: NodeJS.Timeout | undefined;
  #isClosed = false;
  #isStarted = false;
  #msPerInput = 0;
  #batches = 0;
  #batched = 0;
  #waitedMs = 0;

  constructor(options: LaneOptions<Output>) {
    this.#options = options;
    this.#places = Array.from({ length: options.children }, () => this.#createPlace());
    this.#sweep = setInterval(() => this.#expire(), SWEEP_MS).unref();
  }

  /**
   * Starts the first child alone and the others after it: a model that cannot be used is told once.
   * @throws Error the child's own words
   */
  async open(): Promise<ChildFacts> {
    this.#isStarted = true;
    const [first, ...others] = this.#places;
    if (first === undefined) throw new RangeError('a lane needs a child');
    const facts = await first.open();
    // Their failures are tried again like any later one.
    for (const place of others) place.open().catch(() => {});
    return facts;
  }

  /** A child that cannot be started is logged and tried again. */
  #startAll(): void {
    this.#isStarted = true;
    for (const place of this.#places) place.open().catch(() => {});
  }

  /** Inputs that no child has yet. */
  get waiting(): number {
    return this.#queue.size;
  }

  get readyChildren(): number {
    return this.#places.filter(({ isReady }) => isReady).length;
  }

  /** Children that had to be started anew. */
  get restarts(): number {
    return this.#places.reduce((sum, { restarts }) => sum + restarts, 0);
  }

  /** What went to children so far: batches, inputs in them, and how long these waited in all. */
  get sent(): { readonly batches: number; readonly inputs: number; readonly waitedMs: number } {
    return { batches: this.#batches, inputs: this.#batched, waitedMs: this.#waitedMs };
  }

  /** When an input that came now would be taken up, in ms: for clients that must come back later. */
  get expectedWaitMs(): number {
    return (this.waiting * this.#msPerInput) / Math.max(1, this.readyChildren);
  }

  submit(job: LaneJob<Input, Output>): void {
    if (this.#isClosed) {
      job.settle({ kind: 'closed' });
      return;
    }
    if (this.#options.onDemand === true && !this.#isStarted) this.#startAll();
    const suspect = this.#suspects.has(job.input);
    const queuedAt = performance.now();
    if (job.sender.window > 1) this.#pace.note(queuedAt);
    this.#queue.push({ owner: job.sender, job, queuedAt, suspect });
    this.#pump();
  }

  /** Takes a waiting job back. @returns false when a child has it already, or when it is settled */
  withdraw(job: LaneJob<Input, Output>): boolean {
    for (const entry of this.#queue) if (entry.job === job) return this.#queue.remove(entry);
    return false;
  }

  /** Ends the children at once and settles everything that is left. Resolves when the last child is gone. */
  async close(): Promise<void> {
    clearInterval(this.#sweep);
    clearTimeout(this.#delay);
    // Settling calls back into callers: they must find the lane closed already.
    this.#isClosed = true;
    for (let entry = this.#queue.take(); entry; entry = this.#queue.take()) entry.job.settle({ kind: 'closed' });
    await Promise.all(this.#places.map((place) => place.close()));
  }

  #createPlace(): ChildPlace<Entry<Input, Output>> {
    const place: ChildPlace<Entry<Input, Output>> = new ChildPlace(this.#options, {
      onReady: () => this.#pump(),
      // A child answers what its role makes of each input.
      onAnswer: (batch, outputs) => this.#take(place, batch, outputs as readonly Output[]),
      onLost: (batch, message, guilty) => {
        for (const entry of batch.entries) this.#lose(entry, message, guilty, batch.alone);
      },
    });
    return place;
  }

  #pump(): void {
    if (this.#isClosed) return;
    // The least busy child first, so that none idles while another has two batches in hand.
    const ready = this.#places.filter(({ isReady }) => isReady);
    for (let depth = 0; depth < this.#options.depth; depth++)
      for (const place of ready) if (place.inHand === depth) this.#offer(place);
  }

  #offer(place: ChildPlace<Entry<Input, Output>>): void {
    const next = this.#queue.peek();
    if (next === undefined) return;
    const now = performance.now();
    const { deadlineAt } = next.job;
    const situation = {
      waiting: this.#queue.size,
      oldestWaitMs: now - next.queuedAt,
      ...(deadlineAt === undefined ? {} : { oldestTimeoutMs: deadlineAt - next.queuedAt }),
      nextWithinMs: this.#isMoreComing() ? this.#pace.patienceMs(now) : undefined,
      inHand: place.inHand,
      isolated: place.isIsolated,
      nextIsSuspect: next.suspect,
    };
    const step = planBatch(situation, this.#options);
    if (step.kind === 'send') this.#send(place);
    else if (step.kind === 'wait') this.#pumpLater(step.delayMs);
  }

  /**
   * A sender with half of its window waiting here gets its answers before it is asked for more: with a small window it
   * would otherwise stand still while the batch runs, and the child while the next one gathers.
   */
  #isMoreComing(): boolean {
    for (const [{ room, window }, waiting] of this.#queue.owners()) if (room > 0 && waiting < window / 2) return true;
    return false;
  }

  #pumpLater(delayMs: number): void {
    clearTimeout(this.#delay);
    this.#delay = setTimeout(() => this.#pump(), delayMs);
  }

  #send(place: ChildPlace<Entry<Input, Output>>): void {
    const entries = this.#takeBatch();
    const alone = entries.length === 1 && entries[0]?.suspect === true;
    const inputs = entries.map(({ job }) => job.input);
    this.#batches += 1;
    this.#batched += entries.length;
    for (const { queuedAt } of entries) this.#waitedMs += performance.now() - queuedAt;
    place.send(entries, inputs, alone);
  }

  /** A suspect goes by itself. */
  #takeBatch(): Entry<Input, Output>[] {
    const entries: Entry<Input, Output>[] = [];
    while (entries.length < this.#options.maxBatch) {
      const next = this.#queue.peek();
      if (next === undefined || (next.suspect && entries.length > 0)) break;
      this.#queue.take();
      entries.push(next);
      if (next.suspect) break;
    }
    return entries;
  }

  #take(place: ChildPlace<Entry<Input, Output>>, batch: Batch<Entry<Input, Output>>, outputs: readonly Output[]): void {
    const { entries } = batch;
    const isBroken = (i: number): boolean => {
      const output = outputs[i];
      return output === undefined || this.#options.isBroken?.(output) === true;
    };
    if (entries.some((_, i) => isBroken(i))) {
      // Only those inputs are suspect; the rest of the child's work is not believed either.
      const message = 'numbers that are not finite';
      for (const [i, entry] of entries.entries()) this.#lose(entry, message, isBroken(i), batch.alone);
      place.distrust(message);
      return;
    }
    this.#learnPace(batch);
    // The next batch goes out before this one's answers are written: the child must not wait for that.
    this.#pump();
    for (const [i, { job, queuedAt, suspect }] of entries.entries()) {
      if (suspect) this.#suspects.clear(job.input);
      job.settle({ kind: 'done', output: outputs[i]!, queueMs: batch.sentAt - queuedAt });
    }
  }

  #lose({ job }: Entry<Input, Output>, message: string, guilty: boolean, alone: boolean): void {
    if (guilty) this.#suspects.add(job.input);
    if (this.#isClosed) job.settle({ kind: 'closed' });
    else job.settle({ kind: guilty && alone ? 'poison' : 'lost', message });
  }

  #learnPace(batch: Batch<Entry<Input, Output>>): void {
    const ms = (performance.now() - batch.sentAt) / batch.entries.length;
    this.#msPerInput = this.#msPerInput === 0 ? ms : this.#msPerInput * 0.8 + ms * 0.2;
  }

  #expire(): void {
    const now = performance.now();
    const late = [...this.#queue].filter(({ job }) => job.deadlineAt !== undefined && job.deadlineAt <= now);
    for (const entry of late) if (this.#queue.remove(entry)) entry.job.settle({ kind: 'expired' });
  }
}
