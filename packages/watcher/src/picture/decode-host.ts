/** The decode host: what the rest of the program sees of everything that touches photos. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DecodeHost, PictureFailure } from '../picture-types.js';
import { DecodeHostError } from './decode-host-error.js';
import {
  type DecodeHostOptions,
  type ResolvedDecodeHostOptions,
  resolveDecodeHostOptions,
} from './decode-host-options.js';
import { type DecodeJob, rootOf } from './decode-job.js';
import { createDecodeLane, type DecodeLane, type LaneEvents } from './decode-lane.js';
import type { ChildSettings, DecodeCall, DecodeReply, DecoderVersions } from './host-protocol.js';
import { pictureFailure } from './photo-reasons.js';

const WITHOUT_PERL =
  'Perl is not installed, so RAW photos and EXIF data cannot be read. JPEG, PNG, WebP, AVIF and HEIC work. Install the package perl and restart.';
/** A root whose mount hung once gets this long from then on, until it answers again. */
const SUSPECT_READ_DEADLINE_MS = 5000;

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly urgent?: boolean;
  readonly alone?: boolean;
}

/**
 * Starts the decode child.
 * @throws TypeError for options out of bounds; DecodeHostError START_FAILED
 */
export async function openDecodeHost(options: DecodeHostOptions = {}): Promise<DecodeHost> {
  const resolved = resolveDecodeHostOptions(options);
  const tempFolder = await mkdtemp(join(resolved.tempParent, `clip-watch-decode-${process.pid}-`));
  const host = createHost(resolved, tempFolder);
  try {
    const { versions } = await host.main.warmUp();
    return decodeHost(host, versions);
  } catch (error) {
    await host.close();
    throw error;
  }
}

interface Host {
  readonly main: DecodeLane;
  readonly lanes: readonly DecodeLane[];
  readonly tempFolder: string;
  call(call: DecodeCall, options: CallOptions): Promise<DecodeReply>;
  close(): Promise<void>;
}

function createHost(options: ResolvedDecodeHostOptions, tempFolder: string): Host {
  const { log } = options;
  const suspectRoots = new Set<string>();
  let nextId = 1;
  let closing: Promise<void> | undefined;

  const events: LaneEvents = {
    onReply(job, message) {
      suspectRoots.delete(rootOf(job.call) ?? '');
      if (message.kind === 'broken')
        return job.resolve(pictureFailure('decoder_bug', `A decoder thread ended: ${message.message}.`));
      if (message.spoolPath === null) return job.resolve(withOwnData(message.reply));
      fromSpool(message.reply, message.spoolPath).then(job.resolve, job.reject);
    },
    onDeadline(job) {
      if (job.stage !== 'reading') return job.resolve(pictureFailure('timeout', 'The decoder took too long.'));
      const root = rootOf(job.call) ?? '';
      const others = suspectRoots.has(root) ? suspect.withdrawAll((other) => rootOf(other.call) === root) : [];
      suspectRoots.add(root);
      for (const stuck of [job, ...others])
        stuck.resolve(pictureFailure('read_timeout', 'Reading the file took too long.'));
      for (const waiting of main.withdrawAll((other) => rootOf(other.call) === root)) suspect.submit(waiting);
    },
    onDeath(job, cause) {
      if (job.alone) return job.resolve(pictureFailure('crashed_decoder', `The decoder ended: ${cause}.`));
      if (job.call.kind === 'prepare')
        return job.reject(new DecodeHostError('CHILD_DIED', `The decoder ended with this photo in hand: ${cause}.`));
      job.alone = true; // nobody keeps a count for these calls: whether it was this one is tried at once
      alone.submit(job);
    },
    onRepeat: (job) => submit(job),
    onStartFailed(jobs, error) {
      for (const job of jobs) job.reject(error);
    },
  };

  function lane(name: string, threads: number, readDeadlineMs: number): DecodeLane {
    const settings: ChildSettings = { threads, tempFolder, useExifTool: options.useExifTool, limits: options.limits };
    const deadlineMs = (job: DecodeJob): number =>
      job.stage === 'reading' ? readDeadlineMs : options.decodeDeadlineMs;
    return createDecodeLane({ name, settings, maxRssBytes: options.maxChildRssBytes, deadlineMs, log }, events);
  }
  const main = lane('main', options.threads, options.readDeadlineMs);
  const alone = lane('alone', 1, options.readDeadlineMs);
  const suspect = lane('suspect', 1, Math.min(options.readDeadlineMs, SUSPECT_READ_DEADLINE_MS));
  const lanes = [main, alone, suspect];

  function laneFor(job: DecodeJob): DecodeLane {
    if (job.alone) return alone;
    return suspectRoots.has(rootOf(job.call) ?? '') ? suspect : main;
  }
  function submit(job: DecodeJob): void {
    if (closing !== undefined) job.reject(closedError());
    else laneFor(job).submit(job);
  }

  function call(
    request: DecodeCall,
    { signal, urgent = false, alone: wantsAlone = false }: CallOptions,
  ): Promise<DecodeReply> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        for (const each of lanes) each.withdraw(job);
        reject(signal?.reason);
      };
      const settled = (): void => signal?.removeEventListener('abort', onAbort);
      const job: DecodeJob = {
        id: nextId++,
        call: request,
        urgent,
        alone: wantsAlone,
        stage: 'queued',
        deadline: undefined,
        resolve(reply) {
          settled();
          resolve(reply);
        },
        reject(error) {
          settled();
          reject(error);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      submit(job);
    });
  }

  async function closeAll(): Promise<void> {
    for (const each of lanes) for (const job of each.withdrawAll(() => true)) job.reject(closedError());
    await Promise.all(lanes.map((each) => each.close(options.closeGraceMs)));
    await rm(tempFolder, { recursive: true, force: true });
  }

  return { main, lanes, tempFolder, call, close: () => (closing ??= closeAll()) };
}

function decodeHost(host: Host, versions: DecoderVersions): DecodeHost {
  const sum = (of: (lane: DecodeLane) => number): number => host.lanes.reduce((total, lane) => total + of(lane), 0);
  return {
    decoderVersion: versions.decoder,
    limitation: versions.exifTool === null ? WITHOUT_PERL : null,
    async prepare({ rootPath, relPath, contentHash }, target, options = {}) {
      const call = { kind: 'prepare', photo: { rootPath, relPath }, contentHash, target } as const;
      return expectKind(await host.call(call, options), ['pixels', 'encoded', 'changed']);
    },
    async ingest({ rootPath, relPath }, options = {}) {
      return expectKind(await host.call({ kind: 'ingest', photo: { rootPath, relPath } }, options), ['facts']);
    },
    async thumbnail({ rootPath, relPath }, { maxSide, signal }) {
      const call = { kind: 'thumbnail', photo: { rootPath, relPath }, maxSide } as const;
      return expectKind(await host.call(call, { signal, urgent: true }), ['webp']);
    },
    async prepareBytes(bytes, target, { signal, crop } = {}) {
      const spoolPath = join(host.tempFolder, `${randomUUID()}.upload`);
      await writeFile(spoolPath, bytes, { flag: 'wx', mode: 0o600 });
      try {
        const call = { kind: 'prepareBytes', spoolPath, target, crop: crop ?? null } as const;
        return expectKind(await host.call(call, { signal, urgent: true }), ['pixels', 'encoded', 'changed']);
      } finally {
        await rm(spoolPath, { force: true });
      }
    },
    stats: () => ({
      children: sum((lane) => lane.children),
      restarts: sum((lane) => lane.restarts),
      inFlight: sum((lane) => lane.inFlight),
      rssBytes: sum((lane) => lane.rssBytes),
    }),
    close: () => host.close(),
    [Symbol.asyncDispose]: () => host.close(),
  };
}

/** The child answers each kind of call with its kind of reply; anything else is a bug of ours. */
function expectKind<K extends DecodeReply['kind']>(
  reply: DecodeReply,
  kinds: readonly K[],
): Extract<DecodeReply, { kind: K }> | PictureFailure {
  if (reply.kind === 'failed' || (kinds as readonly string[]).includes(reply.kind))
    return reply as Extract<DecodeReply, { kind: K }> | PictureFailure; // checked in this line
  throw new TypeError(`the decode child answered with ${reply.kind}`);
}

/** The pipe's message is one memory block; a view of it would keep all of it alive. */
function withOwnData(reply: DecodeReply): DecodeReply {
  return 'data' in reply ? { ...reply, data: new Uint8Array(reply.data) } : reply;
}

async function fromSpool(reply: DecodeReply, path: string): Promise<DecodeReply> {
  const data = await readFile(path);
  await rm(path, { force: true });
  return { ...reply, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) } as DecodeReply; // as it was before the file
}

function closedError(): DecodeHostError {
  return new DecodeHostError('CLOSED', 'The decode host is closed.');
}
