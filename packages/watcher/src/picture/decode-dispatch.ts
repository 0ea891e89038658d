/**
 * Which child a call goes to, and what becomes of it when that child fails. Three lanes: `main` for everything;
 * `alone` for a photo that may be what ended a child; `suspect` for libraries whose disk has hung, so that the
 * threads of the others are not spent on waiting for it.
 */
import { DecodeHostError } from './decode-host-error.js';
import type { ResolvedDecodeHostOptions } from './decode-host-options.js';
import { type DecodeJob, rootOf } from './decode-job.js';
import { createDecodeLane, type DecodeLane, type LaneEvents } from './decode-lane.js';
import { fromSpool, withOwnData } from './decode-reply.js';
import type { DecodeCall, DecodeReply } from './host-protocol.js';
import { pictureFailure } from './photo-reasons.js';

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
  /** Libraries whose disk hung, with the time (`performance.now`) until which they are not asked. */
  const suspectRoots = new Map<string, number>();
  let nextId = 1;
  let closed = false;

  const events: LaneEvents = {
    onReply(job, message) {
      suspectRoots.delete(rootOf(job.call) ?? '');
      if (message.kind === 'broken')
        job.resolve(pictureFailure('decoder_bug', `A decoder thread ended: ${message.message}.`));
      else if (message.spoolPath === null) job.resolve(withOwnData(message.reply));
      else fromSpool(message.reply, message.spoolPath).then(job.resolve, job.reject);
    },
    onStall(job) {
      if (!suspectRoots.has(rootOf(job.call) ?? '')) suspectRoots.set(rootOf(job.call) ?? '', 0);
      moveWaiting(job);
    },
    onDeadline(job, lane) {
      if (job.stage === 'reading') onHungDisk(job, lane === 'suspect');
      else job.resolve(pictureFailure('timeout', 'The decoder took too long.'));
    },
    onDeath(job, cause) {
      if (job.alone) job.resolve(pictureFailure('crashed_decoder', `The decoder ended: ${cause}.`));
      else if (job.call.kind === 'prepare') job.reject(childDied(cause));
      else {
        job.alone = true; // nobody keeps a count for these calls: whether it was this one is tried at once
        submit(job);
      }
    },
    onRepeat: (job) => submit(job),
    onStartFailed(jobs, error) {
      for (const job of jobs) job.reject(error);
    },
  };

  const { nice, useExifTool, limits } = options;
  const exifToolTimeoutMs = options.decodeDeadlineMs * EXIFTOOL_SHARE;
  const lane = (name: string, threads: number, readDeadlineMs: number, stallMs = Infinity): DecodeLane =>
    createDecodeLane(
      {
        name,
        settings: { threads, nice, tempFolder, useExifTool, exifToolTimeoutMs, limits },
        maxRssBytes: options.maxChildRssBytes,
        deadlineMs: (job) => (job.stage === 'reading' ? readDeadlineMs : options.decodeDeadlineMs),
        stallMs,
        log: options.log,
      },
      events,
    );
  const main = lane('main', options.threads, options.readDeadlineMs, options.stallMs);
  const alone = lane('alone', 1, options.readDeadlineMs);
  const suspect = lane('suspect', 1, Math.min(options.readDeadlineMs, SUSPECT_READ_DEADLINE_MS));
  const lanes = [main, alone, suspect];

  /** In the lane of its own the waiting calls of the library fail together, and it is left alone for a while. */
  function onHungDisk(job: DecodeJob, confirmed: boolean): void {
    const root = rootOf(job.call) ?? '';
    suspectRoots.set(root, confirmed ? performance.now() + SUSPECT_REST_MS : (suspectRoots.get(root) ?? 0));
    giveUp([job, ...(confirmed ? suspect.withdrawAll((other) => rootOf(other.call) === root) : [])]);
    moveWaiting(job);
  }

  /** From the main lane to the one of hung disks. */
  function moveWaiting(job: DecodeJob): void {
    for (const each of main.withdrawAll((other) => rootOf(other.call) === rootOf(job.call))) submit(each);
  }

  function giveUp(jobs: readonly DecodeJob[]): void {
    for (const job of jobs) job.resolve(pictureFailure('read_timeout', 'Reading the file took too long.'));
  }

  function submit(job: DecodeJob): void {
    const restsUntil = suspectRoots.get(rootOf(job.call) ?? '');
    if (closed) job.reject(closedError());
    else if (job.alone) alone.submit(job);
    else if (restsUntil === undefined) main.submit(job);
    else if (performance.now() < restsUntil) giveUp([job]);
    else suspect.submit(job);
  }

  function withdraw(job: DecodeJob): void {
    for (const each of lanes) each.withdraw(job);
  }

  return {
    main,
    lanes,
    call(call, { signal, ...rest }) {
      if (signal?.aborted === true) return Promise.reject(signal.reason);
      const { promise, job } = createJob(nextId++, call, rest);
      // What is in hand already goes on to its end; its answer is dropped.
      const onAbort = (): void => {
        withdraw(job);
        job.reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      submit(job);
      return promise.finally(() => signal?.removeEventListener('abort', onAbort));
    },
    async close() {
      closed = true;
      for (const each of lanes) for (const job of each.withdrawAll(() => true)) job.reject(closedError());
      await Promise.all(lanes.map((each) => each.close(options.closeGraceMs)));
    },
  };
}

function createJob(
  id: number,
  call: DecodeCall,
  { urgent = false, alone = false }: Omit<CallOptions, 'signal'>,
): { readonly promise: Promise<DecodeReply>; readonly job: DecodeJob } {
  let resolve: DecodeJob['resolve'] = () => {};
  let reject: DecodeJob['reject'] = () => {};
  const promise = new Promise<DecodeReply>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
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
