/**
 * A lane: one decode child at a time and the calls that wait for it.
 *
 * `empty`: no child; the next call starts one. `starting`: calls wait. `running`: as many calls as the child has
 * threads are out. `retiring`: a child with a stuck thread gets no more calls; what runs in it may end, until a
 * deadline passes and it is killed; a new child takes over at once. `closed`: nothing is taken, what runs has a grace period.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@clip-watch/basics';
import { type DecodeJob, stopClocks, takeNext, wasInHand } from './decode-job.js';
import { type CallMessage, type DecodeProcess, startDecodeProcess } from './decode-process.js';
import type { ChildSettings, FromChild, PhotoProgress } from './host-protocol.js';

export interface LaneOptions {
  readonly name: string;
  readonly settings: ChildSettings;
  readonly maxRssBytes: number;
  readonly deadlineMs: (job: DecodeJob) => number;
  /** After this long without a byte from the disk the others get a new child; Infinity: never. */
  readonly stallMs: number;
  readonly log: Logger | undefined;
}

export interface LaneEvents {
  onReply(job: DecodeJob, message: Extract<FromChild, { kind: 'reply' | 'broken' }>): void;
  /** The disk is silent; the job is still waited for, in a child that gets no other calls. */
  onStall(job: DecodeJob): void;
  /** The deadline passed in the job's stage. The job is out of the lane, and its child is being replaced. */
  onDeadline(job: DecodeJob, lane: string): void;
  /** The child died with this job in hand. */
  onDeath(job: DecodeJob, cause: string): void;
  /** The child ended before the job was begun, or for another's sake. */
  onRepeat(job: DecodeJob): void;
  /** No child could be started, several times in a row. */
  onStartFailed(jobs: readonly DecodeJob[], error: unknown): void;
}

export interface DecodeLane {
  readonly inFlight: number;
  readonly children: number;
  readonly restarts: number;
  readonly rssBytes: number;
  /** Starts a child now. @throws DecodeHostError START_FAILED */
  warmUp(): Promise<DecodeProcess>;
  submit(job: DecodeJob): void;
  /** Takes a job that was not sent yet out again. */
  withdraw(job: DecodeJob): void;
  /** Takes out every waiting job that matches. */
  withdrawAll(matches: (job: DecodeJob) => boolean): DecodeJob[];
  /** Resolves when nothing runs, or after the grace period; then the children are killed. */
  close(graceMs: number): Promise<void>;
}

const RETIRE_GRACE_MS = 2000;
const START_TRIES = 3;
const START_PAUSE_MS = 200;

interface Child {
  process: DecodeProcess | undefined;
  isRetiring: boolean;
  readonly jobs: Map<number, DecodeJob>;
}

export function createDecodeLane(options: LaneOptions, events: LaneEvents): DecodeLane {
  return new Lane(options, events);
}

class Lane implements DecodeLane {
  readonly #options: LaneOptions;
  readonly #events: LaneEvents;
  readonly #queue: DecodeJob[] = [];
  readonly #children = new Set<Child>();
  /** The child that gets new calls. */
  #current: Child | undefined;
  #starting: Promise<DecodeProcess> | undefined;
  #restarts = 0;
  #isClosed = false;

  constructor(options: LaneOptions, events: LaneEvents) {
    this.#options = options;
    this.#events = events;
  }

  get inFlight(): number {
    return [...this.#children].reduce((sum, { jobs }) => sum + jobs.size, 0);
  }

  get children(): number {
    return this.#children.size;
  }

  get restarts(): number {
    return this.#restarts;
  }

  get rssBytes(): number {
    return [...this.#children].reduce((sum, { process }) => sum + (process?.rssBytes ?? 0), 0);
  }

  warmUp(): Promise<DecodeProcess> {
    if (this.#current?.process !== undefined) return Promise.resolve(this.#current.process);
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  submit(job: DecodeJob): void {
    job.stage = 'queued';
    job.turn = 0;
    this.#queue.push(job);
    this.#pump();
  }

  withdraw(job: DecodeJob): void {
    const index = this.#queue.indexOf(job);
    if (index >= 0) this.#queue.splice(index, 1);
  }

  withdrawAll(matches: (job: DecodeJob) => boolean): DecodeJob[] {
    const taken = this.#queue.filter(matches);
    for (const job of taken) this.withdraw(job);
    return taken;
  }

  async close(graceMs: number): Promise<void> {
    this.#isClosed = true;
    const patience = AbortSignal.timeout(graceMs);
    while (this.inFlight > 0 && !patience.aborted) await sleep(20);
    await this.#starting?.catch(() => undefined);
    const ending = [...this.#children].map((child) => child.process);
    for (const process of ending) process?.kill();
    await Promise.all(ending.map((process) => process?.ended));
  }

  async #start(): Promise<DecodeProcess> {
    const { settings, maxRssBytes, log, name } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      const child: Child = { process: undefined, isRetiring: false, jobs: new Map() };
      try {
        child.process = await startDecodeProcess(settings, maxRssBytes, {
          onMessage: (message) => this.#onMessage(child, message),
          onProgress: (inHand) => this.#onProgress(child, inHand),
          onEnd: (cause) => this.#onEnd(child, cause),
        });
        if (this.#isClosed) child.process.kill();
        this.#children.add(child);
        this.#current = child;
        return child.process;
      } catch (error) {
        log?.warn({ err: error, lane: name, attempt }, 'clip_watch: the decode child did not start');
        if (attempt >= START_TRIES || this.#isClosed) throw error;
        await sleep(START_PAUSE_MS * attempt);
      }
    }
  }

  #pump(): void {
    if (this.#queue.length === 0 || this.#isClosed) return;
    if (this.#current === undefined) {
      const onFailed = (error: unknown): void => this.#events.onStartFailed(this.#queue.splice(0), error);
      this.warmUp().then(() => this.#pump(), onFailed);
      return;
    }
    while (this.#current.jobs.size < this.#options.settings.threads) {
      const job = takeNext(this.#queue);
      if (job === undefined) return;
      job.stage = 'sent';
      this.#current.jobs.set(job.id, job);
      this.#current.process?.send({ kind: 'call', id: job.id, call: job.call });
    }
  }

  #onProgress(child: Child, inHand: readonly PhotoProgress[]): void {
    for (const { id, stage, turn } of inHand) {
      const job = child.jobs.get(id);
      if (job === undefined || job.turn === turn) continue;
      job.turn = turn;
      this.#enterStage(child, job, stage);
    }
  }

  #onMessage(child: Child, message: CallMessage): void {
    const job = child.jobs.get(message.id);
    if (job === undefined) return; // given up already
    if (message.kind === 'begun') {
      this.#enterStage(child, job, 'reading');
      return;
    }
    child.jobs.delete(job.id);
    stopClocks(job);
    this.#events.onReply(job, message);
    if (child.isRetiring && child.jobs.size === 0) child.process?.kill();
    this.#pump();
  }

  #enterStage(child: Child, job: DecodeJob, stage: DecodeJob['stage']): void {
    job.stage = stage;
    stopClocks(job);
    const { stallMs } = this.#options;
    const deadlineMs = this.#options.deadlineMs(job);
    const clock = child.process?.clock;
    job.deadline = clock?.after(deadlineMs, () => this.#onDeadline(child, job));
    if (stage === 'reading' && stallMs < deadlineMs) job.stall = clock?.after(stallMs, () => this.#onStall(child, job));
  }

  #onStall(child: Child, job: DecodeJob): void {
    this.#events.onStall(job);
    this.#detach(child);
    this.#pump();
  }

  #onDeadline(child: Child, job: DecodeJob): void {
    stopClocks(job);
    child.jobs.delete(job.id);
    this.#retire(child);
    const { name, log } = this.#options;
    const what = { lane: name, stage: job.stage, call: job.call.kind };
    log?.warn(what, 'clip_watch: a photo took longer than its deadline; its decode child is replaced');
    this.#events.onDeadline(job, name);
    this.#pump();
  }

  /** Calls that are running in the child may finish; new ones go to a new child. */
  #detach(child: Child): void {
    child.isRetiring = true;
    if (this.#current !== child) return;
    this.#current = undefined;
    this.#restarts += 1;
  }

  #retire(child: Child): void {
    this.#detach(child);
    if (child.jobs.size === 0) child.process?.kill();
    else void sleep(RETIRE_GRACE_MS, undefined, { ref: false }).then(() => child.process?.kill());
  }

  #onEnd(child: Child, cause: string): void {
    this.#children.delete(child);
    if (this.#current === child) {
      this.#current = undefined;
      this.#restarts += 1;
      const lane = this.#options.name;
      if (!this.#isClosed)
        this.#options.log?.warn({ lane, cause }, 'clip_watch: the decode child ended and is replaced');
    }
    for (const job of child.jobs.values()) {
      stopClocks(job);
      if (wasInHand(job) && !child.isRetiring) this.#events.onDeath(job, cause);
      else this.#events.onRepeat(job);
    }
    child.jobs.clear();
    this.#pump();
  }
}
