import type { StreamAccepted__Output } from '@clip-watch/proto';
import type { ApolloAddress } from '../address.js';
import type { ApolloChannel } from '../apollo-channel.js';
import { malformed, unansweredVerdict, type Verdict } from '../stream/encode-outcome.js';
import { EncodeStream } from '../stream/encode-stream.js';
import type { StreamFacts } from '../stream/encode-stream-types.js';
import type { ImageJob } from '../stream/image-job.js';
import { findImageFault, findSizeFault } from '../stream/image-message.js';
import { windowSize } from '../stream/window.js';
import type { ClipModel, EncoderHealth, EncoderState } from '../types.js';
import { isProbing, newCondition, noteVerdict } from './encoder-condition.js';
import type { EncoderConfig, EncoderHooks } from './encoder-config.js';
import type { Handshake } from './model-handshake.js';
import { createOutageLog, type OutageLog } from './outage-log.js';
import { checkServing, explainRefusal } from './probe.js';
import { BREAKER_FAILURES, maySomeItemBePoison, planAfterEnd, type StreamEnd } from './retry-policy.js';
import { createSoloCalls, type SoloCalls } from './solo-calls.js';

/**
 * One Apollo address. States:
 * `idle`: no connection, and nobody has work; the next wish connects. `connecting`: health check and handshake.
 * `open`: items flow. `draining`: nothing new goes out, answers still due are awaited; then `idle` (no work) or
 * `waiting` (the server goes away). `waiting`: lost, the next try is at `nextAttemptAt`. `broken`: lost too often in a
 * row; one probe per 30 s, and after it one item at a time until the first good result. `misconfigured`: it refuses us
 * or serves another model; probed once a minute while somebody has work. `closed`: for good.
 */
export class Encoder {
  readonly address: ApolloAddress;
  readonly isFallback: boolean;
  readonly #config: EncoderConfig;
  readonly #hooks: EncoderHooks;
  readonly #log: OutageLog;
  readonly #solo: SoloCalls;
  #current: EncoderState = 'idle';
  #reason: string | undefined;
  #nextAttemptAt = 0;
  readonly #condition = newCondition();
  #promisesHeartbeats = false;
  #channel: ApolloChannel | undefined;
  #stream: EncodeStream | undefined;
  #facts: StreamFacts | undefined;
  #offered: Pick<ClipModel, 'name' | 'version'> | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #pauseTimer: NodeJS.Timeout | undefined;

  constructor(config: EncoderConfig, hooks: EncoderHooks) {
    this.#config = config;
    this.#hooks = hooks;
    this.address = config.address;
    this.isFallback = config.isFallback;
    this.#log = createOutageLog(config.address.text, config.log);
    this.#solo = createSoloCalls({
      openChannel: () => config.openChannel(false),
      timeoutMs: config.itemTimeoutMs,
      withNames: config.withNames,
      verdict: (job, verdict) => this.#onVerdict(job, verdict),
      room: () => hooks.changed(),
    });
  }

  get state(): EncoderState {
    return this.#current === 'open' && this.#stream?.isLeaving ? 'draining' : this.#current;
  }

  /** It takes items, or may as soon as a connect succeeds or an old stream is over. */
  get isHopeful(): boolean {
    return this.#current === 'idle' || this.#current === 'connecting' || this.#current === 'open';
  }

  /** It was lost and did not come back yet: the fallback's hour. A probe under way does not end that. */
  get isAway(): boolean {
    if (this.#current === 'open') return false;
    return !this.isHopeful || this.#condition.failures > 0;
  }

  get inFlight(): number {
    return (this.#stream?.inFlight ?? 0) + this.#solo.inFlight;
  }

  get model(): ClipModel | undefined {
    return this.#current === 'open' ? this.#facts?.model : undefined;
  }

  get window(): number {
    if (!this.#stream || this.#current !== 'open') return 0;
    const { flow, granted } = this.#stream;
    return windowSize({
      concurrency: this.#hooks.concurrency(),
      granted,
      flow,
      busy: this.#condition.busy.size,
      isProbing: isProbing(this.#condition),
    });
  }

  /** Items that may be sent now. */
  get freePlaces(): number {
    if (!this.#stream?.isWritable || this.#condition.pausedUntil > Date.now()) return 0;
    return Math.max(0, this.window - this.inFlight);
  }

  health(): EncoderHealth {
    const reason =
      this.#condition.pausedUntil > Date.now() ? 'the encoder is busy and asked for a pause' : this.#reason;
    return {
      address: this.address.text,
      state: this.state,
      inFlight: this.inFlight,
      window: this.window,
      ...(reason !== undefined && { reason }),
      ...(this.#offered && { model: this.#offered }),
      ...(this.#nextAttemptAt > 0 && { nextAttemptAt: this.#nextAttemptAt }),
    };
  }

  /** Somebody has work: connects, or sees to it that the next try comes. */
  nudge(): void {
    if (this.#current === 'open' || this.#current === 'connecting' || this.#current === 'closed') return;
    const waitMs = this.#nextAttemptAt - Date.now();
    if (waitMs <= 0) void this.#connect();
    else this.#retryTimer ??= setTimeout(() => this.#onRetry(), waitMs);
  }

  /** @returns false when it cannot go to this server at all: another may take it, the job was not touched */
  send(job: ImageJob): boolean {
    const [facts, stream] = [this.#facts, this.#stream];
    if (!facts || !stream) return false;
    const fault = findImageFault(job.image, facts.model);
    if (fault !== undefined) {
      job.settle(malformed(fault));
      return true;
    }
    const tooLarge = findSizeFault(job.image, facts.maxMessageBytes);
    if (tooLarge !== undefined) {
      job.refuse(this.address.text, malformed(tooLarge));
      return false;
    }
    if (this.#solo.isSuspect(job.image.ref.contentHash)) this.#solo.add([job], facts.model);
    else stream.send(job);
    return true;
  }

  /** The wanted model changed: whatever another one still answers must not count. */
  reconsider(version: string): void {
    if (this.#current === 'misconfigured') this.#nextAttemptAt = 0;
    const isOther = this.#current === 'connecting' || (this.#facts && this.#facts.model.version !== version);
    if (isOther) this.#end({ kind: 'restart' });
  }

  /** A channel for calls beside the stream. */
  borrowChannel(): { readonly channel: ApolloChannel; giveBack(): void } {
    if (this.#channel && this.#current === 'open') return { channel: this.#channel, giveBack: () => {} };
    const channel = this.#config.openChannel(false);
    return { channel, giveBack: () => channel.close() };
  }

  /** True when a text query may try its luck: not while the breaker says when. */
  get mayBeAsked(): boolean {
    if (this.#current === 'closed') return false;
    return !(this.#current === 'broken' || this.#current === 'misconfigured') || this.#nextAttemptAt <= Date.now();
  }

  /** Nothing new; what is in flight is still awaited. */
  finish(): void {
    clearTimeout(this.#retryTimer);
    this.#stream?.leave({ kind: 'closed' });
  }

  close(): void {
    clearTimeout(this.#retryTimer);
    this.#solo.close();
    this.#end({ kind: 'closed' });
  }

  #end(end: StreamEnd): void {
    if (this.#stream) this.#stream.drop(end);
    else this.#lose(end, []);
  }

  #onRetry(): void {
    this.#retryTimer = undefined;
    if (this.#hooks.isWanted(this.address)) this.nudge();
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#current = 'connecting';
    const channel = this.#config.openChannel(this.#promisesHeartbeats);
    this.#channel = channel;
    this.#hooks.changed();
    const refusal = await checkServing(channel, this.#config.timing.openTimeoutMs);
    // Closed or reconsidered meanwhile.
    if (this.#channel !== channel) return;
    if (refusal) this.#lose(refusal, []);
    else this.#openStream(channel);
  }

  #openStream(channel: ApolloChannel): void {
    const version = this.#hooks.wantedVersion();
    this.#stream = new EncodeStream(channel, {
      open: {
        client_name: this.#config.clientName,
        wanted_in_flight: this.#hooks.concurrency(),
        ...(version !== undefined && { model: { version } }),
      },
      itemTimeoutMs: this.#config.itemTimeoutMs,
      withNames: this.#config.withNames,
      timing: this.#config.timing,
      judge: (accepted) => this.#judge(accepted),
      events: {
        accepted: (facts) => this.#onAccepted(facts),
        verdict: (job, verdict) => this.#onVerdict(job, verdict),
        fault: (message) => this.#log.fault(message),
        room: () => this.#hooks.changed(),
        ended: (end, unanswered) => this.#onStreamEnd(channel, end, unanswered),
      },
    });
  }

  #onStreamEnd(channel: ApolloChannel, end: StreamEnd, unanswered: readonly ImageJob[]): void {
    const isOtherModel = end.kind === 'status' && end.status === 'FAILED_PRECONDITION' && !this.#facts;
    if (isOtherModel) void this.#explainAndLose(channel, end);
    else this.#lose(end, unanswered);
  }

  async #explainAndLose(channel: ApolloChannel, end: StreamEnd): Promise<void> {
    this.#stream = undefined;
    const judge = (accepted: Pick<StreamAccepted__Output, 'model'>): Handshake => this.#judge(accepted);
    const explained = await explainRefusal(channel, { end, judge, timeoutMs: this.#config.timing.openTimeoutMs });
    if (this.#channel === channel) this.#lose(explained, []);
  }

  #judge(accepted: Pick<StreamAccepted__Output, 'model'>): Handshake {
    const handshake = this.#hooks.judge(accepted);
    if ('model' in handshake) this.#offered = { name: handshake.model.name, version: handshake.model.version };
    return handshake;
  }

  #onAccepted(facts: StreamFacts): void {
    this.#facts = facts;
    this.#current = 'open';
    this.#reason = undefined;
    this.#nextAttemptAt = 0;
    this.#promisesHeartbeats = facts.heartbeatMs > 0;
    if (this.#condition.pausedUntil > Date.now()) this.#armPause();
    this.#log.opened();
    // The breaker's memory stays until a good result; the outage itself is over for the reader of the log.
    if (this.#condition.failures < BREAKER_FAILURES) this.#log.returned();
    this.#hooks.changed();
  }

  #onVerdict(job: ImageJob, verdict: Verdict): void {
    const moment = { now: Date.now(), random: this.#config.random(), inFlight: this.inFlight + 1 };
    const step = noteVerdict(this.#condition, verdict, moment);
    if (verdict.kind === 'transient' && verdict.reason === 'protocol') this.#log.fault(verdict.message);
    if (verdict.kind !== 'transient') this.#log.returned();
    this.#hooks.verdict(this.address, job, verdict);
    if (step.kind === 'pause') this.#armPause();
    if (step.kind === 'break') this.#stream?.drop({ kind: 'faults', message: step.message });
  }

  #armPause(): void {
    clearTimeout(this.#pauseTimer);
    const waitMs = Math.max(0, this.#condition.pausedUntil - Date.now());
    this.#pauseTimer = setTimeout(() => this.#hooks.changed(), waitMs);
  }

  /** The stream, or the attempt to have one, is over. */
  #lose(end: StreamEnd, unanswered: readonly ImageJob[]): void {
    const model = this.#facts?.model;
    this.#channel?.close();
    this.#channel = undefined;
    this.#stream = undefined;
    this.#facts = undefined;
    clearTimeout(this.#pauseTimer);
    const next = planAfterEnd(end, this.#condition.failures, this.#config.random());
    this.#current = next.state;
    this.#condition.failures = next.failures;
    this.#condition.itemFaults = 0;
    this.#condition.busy.stale = 0;
    this.#reason = next.reason;
    this.#nextAttemptAt = next.delayMs > 0 ? Date.now() + next.delayMs : 0;
    this.#log.ended(next);
    if (end.kind === 'status' && maySomeItemBePoison(end.status) && model) this.#solo.add(unanswered, model);
    else for (const job of unanswered) this.#hooks.verdict(this.address, job, unansweredVerdict(end));
    this.#hooks.changed();
  }
}
