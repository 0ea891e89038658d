/**
 * A lane: one decode child at a time and the calls that wait for it.
 *
 * `empty`: no child; the next call starts one. `starting`: calls wait. `running`: as many calls as the child has
 * threads are out. `retiring`: a child with a stuck thread gets no more calls; what runs in it may end, until a
 * deadline passes and it is killed; a new child takes over at once. `closed`: nothing is taken, what runs has a grace period.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PluginLogger } from '@clip-watch/plugin-api';
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
  readonly log: PluginLogger | undefined;
}

export interface LaneEvents {
  onReply(job: DecodeJob, message: Extract<FromChild, { kind: 'reply' | 'broken' }>): void;
  /** The disk is silent; the job is still waited for, in a child that gets no other calls. */
  onStall(job: DecodeJob): void;
  /** The deadline passed in this stage; the job is out of the lane, and its child is being replaced. */
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
  retiring: boolean;
  readonly jobs: Map<number, DecodeJob>;
}

export function createDecodeLane(options: LaneOptions, events: LaneEvents): DecodeLane {
  const queue: DecodeJob[] = [];
  const children = new Set<Child>();
  let current: Child | undefined;
  let starting: Promise<DecodeProcess> | undefined;
  let restarts = 0;
  let closed = false;

  async function start(): Promise<DecodeProcess> {
    for (let attempt = 1; ; attempt += 1) {
      const child: Child = { process: undefined, retiring: false, jobs: new Map() };
      try {
        child.process = await startDecodeProcess(options.settings, options.maxRssBytes, {
          onMessage: (message) => onMessage(child, message),
          onProgress: (inHand) => onProgress(child, inHand),
          onEnd: (cause) => onEnd(child, cause),
        });
        if (closed) child.process.kill();
        children.add(child);
        current = child;
        return child.process;
      } catch (error) {
        options.log?.warn({ err: error, lane: options.name, attempt }, 'clip_watch: the decode child did not start');
        if (attempt >= START_TRIES || closed) throw error;
        await sleep(START_PAUSE_MS * attempt);
      }
    }
  }

  function warmUp(): Promise<DecodeProcess> {
    if (current?.process !== undefined) return Promise.resolve(current.process);
    starting ??= start().finally(() => {
      starting = undefined;
    });
    return starting;
  }

  function pump(): void {
    if (queue.length === 0 || closed) return;
    if (current === undefined) {
      warmUp().then(pump, (error: unknown) => events.onStartFailed(queue.splice(0), error));
      return;
    }
    while (current.jobs.size < options.settings.threads) {
      const job = takeNext(queue);
      if (job === undefined) return;
      job.stage = 'sent';
      current.jobs.set(job.id, job);
      current.process?.send({ kind: 'call', id: job.id, call: job.call });
    }
  }

  function onProgress(child: Child, inHand: readonly PhotoProgress[]): void {
    for (const { id, stage, turn } of inHand) {
      const job = child.jobs.get(id);
      if (job === undefined || job.turn === turn) continue;
      job.turn = turn;
      enter(child, job, stage);
    }
  }

  function onMessage(child: Child, message: CallMessage): void {
    const job = child.jobs.get(message.id);
    if (job === undefined) return; // given up already
    if (message.kind === 'begun') {
      enter(child, job, 'reading');
      return;
    }
    child.jobs.delete(job.id);
    stopClocks(job);
    events.onReply(job, message);
    if (child.retiring && child.jobs.size === 0) child.process?.kill();
    pump();
  }

  function enter(child: Child, job: DecodeJob, stage: DecodeJob['stage']): void {
    job.stage = stage;
    stopClocks(job);
    const clock = child.process?.clock;
    job.deadline = clock?.after(options.deadlineMs(job), () => onDeadline(child, job));
    if (stage === 'reading' && options.stallMs < options.deadlineMs(job))
      job.stall = clock?.after(options.stallMs, () => onStall(child, job));
  }

  function onStall(child: Child, job: DecodeJob): void {
    events.onStall(job);
    detach(child);
    pump();
  }

  function onDeadline(child: Child, job: DecodeJob): void {
    stopClocks(job);
    child.jobs.delete(job.id);
    retire(child);
    events.onDeadline(job, options.name);
    pump();
  }

  /** What runs in the child may end; new calls go to a new one. */
  function detach(child: Child): void {
    child.retiring = true;
    if (current !== child) return;
    current = undefined;
    restarts += 1;
  }

  function retire(child: Child): void {
    detach(child);
    if (child.jobs.size === 0) child.process?.kill();
    else void sleep(RETIRE_GRACE_MS, undefined, { ref: false }).then(() => child.process?.kill());
  }

  function onEnd(child: Child, cause: string): void {
    children.delete(child);
    if (current === child) {
      current = undefined;
      restarts += 1;
      if (!closed)
        options.log?.warn({ lane: options.name, cause }, 'clip_watch: the decode child ended and is replaced');
    }
    for (const job of child.jobs.values()) {
      stopClocks(job);
      if (wasInHand(job) && !child.retiring) events.onDeath(job, cause);
      else events.onRepeat(job);
    }
    child.jobs.clear();
    pump();
  }

  function running(): number {
    return [...children].reduce((sum, child) => sum + child.jobs.size, 0);
  }

  return {
    get inFlight() {
      return running();
    },
    get children() {
      return children.size;
    },
    get restarts() {
      return restarts;
    },
    get rssBytes() {
      return [...children].reduce((sum, child) => sum + (child.process?.rssBytes ?? 0), 0);
    },
    warmUp,
    submit(job) {
      job.stage = 'queued';
      job.turn = 0;
      queue.push(job);
      pump();
    },
    withdraw(job) {
      const index = queue.indexOf(job);
      if (index >= 0) queue.splice(index, 1);
    },
    withdrawAll(matches) {
      const taken = queue.filter(matches);
      for (const job of taken) queue.splice(queue.indexOf(job), 1);
      return taken;
    },
    async close(graceMs) {
      closed = true;
      const patience = AbortSignal.timeout(graceMs);
      while (running() > 0 && !patience.aborted) await sleep(20);
      await starting?.catch(() => undefined);
      const ending = [...children].map((child) => child.process);
      for (const process of ending) process?.kill();
      await Promise.all(ending.map((process) => process?.ended));
    },
  };
}
