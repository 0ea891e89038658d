import { ApolloCallError, type ApolloChannel } from '../apollo-channel.js';
import { judgeResult, transient, unansweredVerdict, type Verdict } from '../stream/encode-outcome.js';
import type { ImageJob } from '../stream/image-job.js';
import { toImageItem } from '../stream/image-message.js';
import type { ClipModel } from '../types.js';
import { maySomeItemBePoison } from './retry-policy.js';

export interface SoloOptions {
  openChannel(): ApolloChannel;
  readonly timeoutMs: number;
  readonly withNames: boolean;
  verdict(job: ImageJob, verdict: Verdict): void;
  /** One more item is done: its place is free. */
  room(): void;
}

/**
 * Sends images alone, one after the other, by unary calls: those that may have killed a stream, so that one poison
 * image costs its neighbours nothing and no stream a second time.
 */
export interface SoloCalls {
  readonly inFlight: number;
  /** Takes them over; each gets its verdict. */
  add(jobs: readonly ImageJob[], model: ClipModel): void;
  /** True for an image that ended a call before: it must not meet a stream again. */
  isSuspect(contentHash: string): boolean;
  /** Gives up what is under way. */
  close(): void;
}

/** Hashes remembered as poison, the oldest forgotten first. */
const MAX_SUSPECTS = 1000;

export function createSoloCalls(options: SoloOptions): SoloCalls {
  const queue: { job: ImageJob; model: ClipModel }[] = [];
  const suspects = new Set<string>();
  const abort = new AbortController();
  let isRunning = false;
  let inFlight = 0;

  const suspect = (contentHash: string): void => {
    suspects.add(contentHash);
    const [oldest] = suspects;
    if (suspects.size > MAX_SUSPECTS && oldest !== undefined) suspects.delete(oldest);
  };

  const callAlone = async (channel: ApolloChannel, job: ImageJob, model: ClipModel): Promise<Verdict> => {
    const { timeoutMs, withNames } = options;
    const item = toImageItem(job.image, { requestId: 1, timeoutMs, withNames });
    const limits = { timeoutMs, signal: abort.signal };
    const { result } = await channel.encodeImage({ model: { version: model.version }, item }, limits);
    if (!result) return transient('protocol', 'the answer holds no result');
    suspects.delete(job.image.ref.contentHash);
    return judgeResult(result, job.image.ref.contentHash, model);
  };

  /** @returns the verdict of the rest too when the encoder itself is away: no sense in asking for each */
  const attempt = async (channel: ApolloChannel, job: ImageJob, model: ClipModel): Promise<Verdict | undefined> => {
    try {
      options.verdict(job, await callAlone(channel, job, model));
      return undefined;
    } catch (error) {
      if (!(error instanceof ApolloCallError)) throw error;
      const verdict = unansweredVerdict({ kind: 'status', status: error.status, details: error.message });
      options.verdict(job, verdict);
      if (!maySomeItemBePoison(error.status)) return verdict;
      suspect(job.image.ref.contentHash);
      return undefined;
    }
  };

  const run = async (): Promise<void> => {
    isRunning = true;
    const channel = options.openChannel();
    let rest: Verdict | undefined;
    for (let next = queue.shift(); next; next = queue.shift()) {
      if (rest) options.verdict(next.job, rest);
      else if (!next.job.isSettled) rest = await attempt(channel, next.job, next.model);
      inFlight--;
      options.room();
    }
    channel.close();
    isRunning = false;
  };

  return {
    get inFlight() {
      return inFlight;
    },
    add: (jobs, model) => {
      queue.push(...jobs.map((job) => ({ job, model })));
      inFlight += jobs.length;
      if (jobs.length > 0 && !isRunning) void run();
    },
    isSuspect: (contentHash) => suspects.size > 0 && suspects.has(contentHash),
    close: () => abort.abort(),
  };
}
