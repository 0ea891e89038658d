/**
 * Which child a call goes to, and what becomes of it when that child fails. Three lanes: `main` for everything;
 * `alone` for a photo that may be what ended a child; `suspect` for libraries whose disk has hung, so that the
 * threads of the others are not spent on waiting for it.
 */

import { withResolvers } from '@clip-watch/basics';
import { pictureFailure } from '../photo-reasons.js';
import { DecodeHostError } from './decode-host-error.js';
import type { ResolvedDecodeHostOptions } from './decode-host-options.js';
import { type DecodeJob, rootOf } from './decode-job.js';
import { createDecodeLane, type DecodeLane, type LaneEvents } from './decode-lane.js';
import { fromSpool, withOwnData } from './decode-reply.js';
import type { DecodeCall, DecodeReply, FromChild } from './host-protocol.js';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly urgent?: boolean;
  readonly alone?: boolean;
}

export interface DecodeDispatch {
  readonly main: DecodeLane;
  readonly lanes: readonly DecodeLane[];
  /** @throws DecodeHostError, or the signal's reason */
  call(call: DecodeCall, options: CallOptions): Promise<DecodeReply>;
  close(): Promise<void>;
}

/** Of a photo's deadline: ExifTool may be silent because of the disk, and is asked once more by another way. */
const EXIFTOOL_SHARE = 0.4;
/** A library whose disk hung once gets this long from then on, until it answers again. */
const SUSPECT_READ_DEADLINE_MS = 5000;
/** After it hung again it is not asked at all for this long: each try costs a child. */
const SUSPECT_REST_MS = 10_000;

export function createDispatch(options: ResolvedDecodeHostOptions, tempFolder: string): DecodeDispatch {
  return new Dispatch(options, tempFolder);
}

class Dispatch implements DecodeDispatch, LaneEvents {
  readonly main: DecodeLane;
  readonly lanes: readonly DecodeLane[];
  readonly #alone: DecodeLane;
  readonly #suspect: DecodeLane;
  readonly #closeGraceMs: number;
  /** Libraries whose disk hung, with the time (`performance.now`) until which they are not asked. */
  readonly #suspectRoots = new Map<string, number>();
  #nextId = 1;
  #isClosed = false;

  constructor(options: ResolvedDecodeHostOptions, tempFolder: string) {
    const { nice, useExifTool, limits, decodeDeadlineMs, readDeadlineMs, maxChildRssBytes, log } = options;
    const exifToolTimeoutMs = decodeDeadlineMs * EXIFTOOL_SHARE;
    const lane = (name: string, threads: number, readingMs: number, stallMs = Number.POSITIVE_INFINITY): DecodeLane =>
      createDecodeLane(
        {
          name,
          settings: { threads, nice, tempFolder, useExifTool, exifToolTimeoutMs, limits },
          maxRssBytes: maxChildRssBytes,
          deadlineMs: (job) => (job.stage === 'reading' ? readingMs : decodeDeadlineMs),
          stallMs,
          log,
        },
        this,
      );
    this.main = lane('main', options.threads, readDeadlineMs, options.stallMs);
    this.#alone = lane('alone', 1, readDeadlineMs);
    this.#suspect = lane('suspect', 1, Math.min(readDeadlineMs, SUSPECT_READ_DEADLINE_MS));
    this.lanes = [this.main, this.#alone, this.#suspect];
    this.#closeGraceMs = options.closeGraceMs;
  }

  call(call: DecodeCall, { signal, ...rest }: CallOptions): Promise<DecodeReply> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    const { promise, job } = createJob(this.#nextId++, call, rest);
    // A call that has begun runs to its end, and its answer is dropped.
    const onAbort = (): void => {
      for (const each of this.lanes) each.withdraw(job);
      job.reject(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#submit(job);
    return promise.finally(() => signal?.removeEventListener('abort', onAbort));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const each of this.lanes) for (const job of each.withdrawAll(() => true)) job.reject(closedError());
    await Promise.all(this.lanes.map((each) => each.close(this.#closeGraceMs)));
  }

  onReply(job: DecodeJob, message: Extract<FromChild, { kind: 'reply' | 'broken' }>): void {
    this.#suspectRoots.delete(rootOf(job.call) ?? '');
    if (message.kind === 'broken')
      job.resolve(pictureFailure('decoder_bug', `A decoder thread ended: ${message.message}.`));
    else if (message.spoolPath === null) job.resolve(withOwnData(message.reply));
    else fromSpool(message.reply, message.spoolPath).then(job.resolve, job.reject);
  }

  onStall(job: DecodeJob): void {
    const root = rootOf(job.call) ?? '';
    if (!this.#suspectRoots.has(root)) this.#suspectRoots.set(root, 0);
    this.#moveWaiting(job);
  }

  onDeadline(job: DecodeJob, lane: string): void {
    if (job.stage === 'reading') this.#onHungDisk(job, lane === 'suspect');
    else job.resolve(pictureFailure('timeout', 'The decoder took too long.'));
  }

  onDeath(job: DecodeJob, cause: string): void {
    if (job.alone) job.resolve(pictureFailure('crashed_decoder', `The decoder ended: ${cause}.`));
    else if (job.call.kind === 'prepare') job.reject(childDied(cause));
    else {
      job.alone = true; // nobody keeps a count for these calls: whether it was this one is tried at once
      this.#submit(job);
    }
  }

  onRepeat(job: DecodeJob): void {
    this.#submit(job);
  }

  onStartFailed(jobs: readonly DecodeJob[], error: unknown): void {
    for (const job of jobs) job.reject(error);
  }

  /** In the lane of its own the waiting calls of the library fail together, and it is left alone for a while. */
  #onHungDisk(job: DecodeJob, isConfirmed: boolean): void {
    const root = rootOf(job.call) ?? '';
    const restsUntil = isConfirmed ? performance.now() + SUSPECT_REST_MS : (this.#suspectRoots.get(root) ?? 0);
    this.#suspectRoots.set(root, restsUntil);
    const others = isConfirmed ? this.#suspect.withdrawAll((other) => rootOf(other.call) === root) : [];
    giveUp([job, ...others]);
    this.#moveWaiting(job);
  }

  /** From the main lane to the one of hung disks. */
  #moveWaiting(job: DecodeJob): void {
    const root = rootOf(job.call);
    for (const each of this.main.withdrawAll((other) => rootOf(other.call) === root)) this.#submit(each);
  }

  #submit(job: DecodeJob): void {
    const restsUntil = this.#suspectRoots.get(rootOf(job.call) ?? '');
    if (this.#isClosed) job.reject(closedError());
    else if (job.alone) this.#alone.submit(job);
    else if (restsUntil === undefined) this.main.submit(job);
    else if (performance.now() < restsUntil) giveUp([job]);
    else this.#suspect.submit(job);
  }
}

function giveUp(jobs: readonly DecodeJob[]): void {
  for (const job of jobs) job.resolve(pictureFailure('read_timeout', 'Reading the file took too long.'));
}

function createJob(
  id: number,
  call: DecodeCall,
  { urgent = false, alone = false }: Omit<CallOptions, 'signal'>,
): { readonly promise: Promise<DecodeReply>; readonly job: DecodeJob } {
  const { promise, resolve, reject } = withResolvers<DecodeReply>();
  return {
    promise,
    job: { id, call, urgent, alone, stage: 'queued', turn: 0, deadline: undefined, stall: undefined, resolve, reject },
  };
}

function closedError(): DecodeHostError {
  return new DecodeHostError('CLOSED', 'The decode host is closed.');
}

function childDied(cause: string): DecodeHostError {
  return new DecodeHostError('CHILD_DIED', `The decoder ended with this photo in hand: ${cause}.`);
}
