import type {
  EncodeImagesResponse__Output,
  EncodeResult__Output,
  FlowUpdate__Output,
  StreamAccepted__Output,
} from '@clip-watch/proto';
import type { ApolloChannel, MessageStream } from '../apollo-channel.js';
import type { StatusName, StreamEnd } from '../encoder/retry-policy.js';
import type { ClipModel } from '../types.js';
import { judgeResult, transient } from './encode-outcome.js';
import type { StreamFacts, StreamOptions } from './encode-stream-types.js';
import type { ImageJob } from './image-job.js';
import { toImageItem } from './image-message.js';
import { createSilenceWatch, type SilenceWatch } from './silence-watch.js';

/** A sent item. Without a job it only keeps its place in the window, until the server answers it. */
interface Place {
  job: ImageJob | undefined;
  readonly contentHash: string;
  timer: NodeJS.Timeout;
}

/** Far below the contract's uint32: a stream that old is replaced. */
const MAX_REQUEST_ID = 4_000_000_000;

/**
 * One EncodeImages stream. States:
 * `opening` until the server accepts or the open time-out; `open`: items go out while the window has room; `leaving`:
 * nothing new, the answers still due are awaited, then the stream is half-closed; `ended`: every place was given back,
 * nothing is written any more and nothing that still arrives counts.
 */
export class EncodeStream {
  #state: 'opening' | 'open' | 'leaving' | 'ended' = 'opening';
  readonly #places = new Map<number, Place>();
  readonly #options: StreamOptions;
  readonly #call: MessageStream;
  #facts: StreamFacts | undefined;
  #flowLimit: number | undefined;
  #nextId = 1;
  #isBlocked = false;
  #leavingFor: StreamEnd | undefined;
  #lifeTimer: NodeJS.Timeout;
  #silence: SilenceWatch | undefined;

  constructor(channel: ApolloChannel, options: StreamOptions) {
    this.#options = options;
    this.#lifeTimer = setTimeout(() => this.drop({ kind: 'open_timeout' }), options.timing.openTimeoutMs);
    this.#call = channel.openStream({
      message: (message) => this.#onMessage(message),
      drain: () => this.#onDrain(),
      end: (status, details) => this.#onEnd(status, details),
    });
    this.#call.write({ open: options.open });
  }

  /** Unanswered items, the abandoned ones included. */
  get inFlight(): number {
    return this.#places.size;
  }

  get granted(): number {
    return this.#facts?.granted ?? 0;
  }

  get flow(): number | undefined {
    return this.#flowLimit;
  }

  /** False while opening, leaving, ended, or until the transport drains. */
  get isWritable(): boolean {
    return this.#state === 'open' && !this.#isBlocked;
  }

  send(job: ImageJob): void {
    const { itemTimeoutMs, withNames } = this.#options;
    const requestId = this.#nextId++;
    const { contentHash } = job.image.ref;
    const timer = setTimeout(() => this.#onItemTimeout(requestId), itemTimeoutMs);
    this.#places.set(requestId, { job, contentHash, timer });
    job.onCancel = () => this.#abandon(requestId);
    this.#silence?.itemSent(this.#places.size);
    const item = toImageItem(job.image, { requestId, timeoutMs: itemTimeoutMs, withNames });
    this.#isBlocked = !this.#call.write({ item });
    clearTimeout(this.#lifeTimer);
    if (requestId >= MAX_REQUEST_ID) this.leave({ kind: 'drained', retryDelayMs: 0 });
  }

  get isLeaving(): boolean {
    return this.#state === 'leaving';
  }

  /** Nothing new; the answers still due are awaited, then the stream is half-closed. */
  leave(end: StreamEnd): void {
    if (this.#state === 'ended') return;
    if (this.#state === 'opening') {
      this.drop(end);
      return;
    }
    this.#leavingFor ??= end;
    this.#state = 'leaving';
    this.#options.events.room();
    this.#halfCloseWhenEmpty();
  }

  /** Ends at once; the unanswered items are given back. */
  drop(end: StreamEnd): void {
    if (this.#state === 'ended') return;
    this.#call.cancel();
    this.#finish(end);
  }

  #onMessage(message: EncodeImagesResponse__Output): void {
    if (this.#state === 'ended') return;
    this.#silence?.messageCame();
    if (this.#state === 'opening') this.#onFirst(message);
    else if (message.response === 'result' && message.result) this.#onResult(message.result);
    else if (message.response === 'flow' && message.flow) this.#onFlow(message.flow);
    // A kind of message that this version does not know is no fault: v1 may grow.
    else if (message.response === 'accepted') this.#options.events.fault('a second accepted message');
  }

  #onFirst({ response, accepted }: EncodeImagesResponse__Output): void {
    if (response !== 'accepted' || !accepted) {
      this.drop({ kind: 'protocol', message: 'the first message was not accepted' });
      return;
    }
    const handshake = this.#options.judge(accepted);
    if (handshake.kind === 'accepted') this.#onAccepted(accepted, handshake.model);
    else if (handshake.kind === 'not_ready') this.drop({ kind: 'not_serving', message: handshake.message });
    else if (handshake.kind === 'refused') this.drop({ kind: 'refused', message: handshake.message });
    else this.drop({ kind: 'protocol', message: handshake.message });
  }

  #onAccepted(accepted: StreamAccepted__Output, model: ClipModel): void {
    if (accepted.max_in_flight < 1) {
      this.drop({ kind: 'protocol', message: 'the encoder granted a window of 0' });
      return;
    }
    this.#facts = {
      model,
      granted: accepted.max_in_flight,
      heartbeatMs: accepted.heartbeat_ms,
      maxMessageBytes: accepted.model?.limits?.max_message_bytes ?? 0,
    };
    this.#state = 'open';
    this.#silence = this.#watchSilence(accepted.heartbeat_ms);
    this.#armIdle();
    this.#options.events.accepted(this.#facts);
  }

  #onResult(result: EncodeResult__Output): void {
    const place = this.#places.get(result.request_id);
    if (!place || !this.#facts) {
      this.#options.events.fault('an answer to an item that was not sent, or was answered before');
      return;
    }
    this.#free(result.request_id, place);
    const { job } = place;
    if (job) this.#options.events.verdict(job, judgeResult(result, place.contentHash, this.#facts.model));
    this.#afterFree();
  }

  #onFlow(flow: FlowUpdate__Output): void {
    // Absent: a heartbeat. The message itself was the news.
    if (flow._max_in_flight === 'max_in_flight') this.#flowLimit = flow.max_in_flight ?? 0;
    if (flow.draining) this.leave({ kind: 'drained', retryDelayMs: flow.retry_delay_ms });
    else this.#options.events.room();
  }

  #onDrain(): void {
    this.#isBlocked = false;
    if (this.#state === 'open') this.#options.events.room();
  }

  #onEnd(status: StatusName, details: string): void {
    const asPlanned = status === 'OK' && this.#places.size === 0;
    this.#finish(this.#leavingFor && asPlanned ? this.#leavingFor : { kind: 'status', status, details });
  }

  #onItemTimeout(requestId: number): void {
    const job = this.#places.get(requestId)?.job;
    this.#abandon(requestId);
    const seconds = this.#options.itemTimeoutMs / 1000;
    if (job) this.#options.events.verdict(job, transient('timeout', `no answer within ${seconds} s`));
  }

  /** The answer is not wanted any more, but only the answer frees the place. */
  #abandon(requestId: number): void {
    const place = this.#places.get(requestId);
    if (!place || this.#state === 'ended') return;
    clearTimeout(place.timer);
    place.job = undefined;
    place.timer = setTimeout(() => this.drop({ kind: 'stuck' }), this.#options.timing.graceMs);
    this.#call.write({ cancel: { request_id: requestId } });
  }

  #free(requestId: number, place: Place): void {
    clearTimeout(place.timer);
    if (place.job) place.job.onCancel = undefined;
    this.#places.delete(requestId);
  }

  #afterFree(): void {
    if (this.#state === 'leaving') this.#halfCloseWhenEmpty();
    if (this.#state !== 'open') return;
    this.#options.events.room();
    if (this.#places.size === 0) this.#armIdle();
  }

  #halfCloseWhenEmpty(): void {
    if (this.#places.size > 0) return;
    clearTimeout(this.#lifeTimer);
    this.#lifeTimer = setTimeout(() => this.drop(this.#leavingFor ?? { kind: 'idle' }), this.#options.timing.graceMs);
    this.#call.halfClose();
  }

  #armIdle(): void {
    clearTimeout(this.#lifeTimer);
    this.#lifeTimer = setTimeout(() => {
      if (this.#flowLimit === 0) this.drop({ kind: 'starved' });
      else this.leave({ kind: 'idle' });
    }, this.#options.timing.idleMs);
    // An idle stream alone must not keep a process alive.
    this.#lifeTimer.unref();
  }

  #watchSilence(heartbeatMs: number): SilenceWatch | undefined {
    if (heartbeatMs === 0) return undefined;
    const patienceMs = Math.max(3 * heartbeatMs, this.#options.timing.leastSilenceMs);
    const isWaiting = (): boolean => this.#places.size > 0;
    return createSilenceWatch({ patienceMs, isWaiting, onSilent: () => this.drop({ kind: 'silent' }) });
  }

  #finish(end: StreamEnd): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    clearTimeout(this.#lifeTimer);
    this.#silence?.stop();
    const unanswered: ImageJob[] = [];
    for (const [requestId, place] of this.#places) {
      this.#free(requestId, place);
      if (place.job) unanswered.push(place.job);
    }
    this.#options.events.ended(end, unanswered);
  }
}
