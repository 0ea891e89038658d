import type { StreamAccepted__Output } from '@clip-watch/proto';
import type { ApolloAddress } from '../address.js';
import type { OpenChannel } from '../apollo-channel.js';
import type { ResolvedClipClientOptions } from '../options.js';
import { mayAskAnother, transient, type Verdict } from '../stream/encode-outcome.js';
import type { ImageJob } from '../stream/image-job.js';
import type { Timing } from '../timing.js';
import type { ClipModel } from '../types.js';
import { Encoder } from './encoder.js';
import type { EncoderHooks } from './encoder-config.js';
import { type Handshake, judgeModel } from './model-handshake.js';

export interface PoolParts {
  readonly openChannel: OpenChannel;
  readonly timing: Timing;
  readonly random: () => number;
}

/** What the pool can do for an image just now. `hopeful`: an encoder is being connected. */
export type PoolState = 'serving' | 'hopeful' | 'down' | 'misconfigured' | 'closed';

/**
 * All encoders behind one queue. An image goes to the open encoder with the most free places; the queue itself holds
 * only images that were taken while a place was free and lost it, or that are to ask a second encoder.
 */
export class EncoderPool {
  readonly encoders: readonly Encoder[];
  readonly #primaries: readonly Encoder[];
  #queue: ImageJob[] = [];
  readonly #listeners = new Set<() => void>();
  #wishes = 0;
  #size: number;
  #pinned: string | undefined;
  #agreed: ClipModel | undefined;
  #isClosed = false;
  #isChanging = false;
  #hasChangedAgain = false;

  constructor(options: ResolvedClipClientOptions, parts: PoolParts) {
    this.#size = options.concurrency;
    this.#pinned = options.modelVersion;
    const hooks: EncoderHooks = {
      isWanted: (address) => this.#isWanted(address),
      concurrency: () => this.#size,
      wantedVersion: () => this.wantedVersion,
      judge: (accepted) => this.#judge(accepted),
      verdict: (address, job, verdict) => this.#onVerdict(address, job, verdict),
      changed: () => this.#changed(),
    };
    const { fallbackAddress } = options;
    this.encoders = [...options.addresses, ...(fallbackAddress ? [fallbackAddress] : [])].map((address) => {
      const config = {
        address,
        isFallback: address === fallbackAddress,
        itemTimeoutMs: options.itemTimeoutMs,
        withNames: options.sendNames || address.isLocal,
        clientName: options.clientName,
        log: options.log,
        timing: parts.timing,
        random: parts.random,
        openChannel: (keepalive: boolean) =>
          parts.openChannel({
            address,
            keepaliveMs: keepalive ? parts.timing.keepaliveMs : undefined,
            clientName: options.clientName,
            // A token for other machines has no business on a local plaintext socket either, but does no harm there.
            token: options.token,
            caPem: options.caPem,
          }),
      };
      return new Encoder(config, hooks);
    });
    this.#primaries = this.encoders.filter((encoder) => !encoder.isFallback);
  }

  get model(): ClipModel | undefined {
    return this.#agreed;
  }

  get wantedVersion(): string | undefined {
    return this.#pinned ?? this.#agreed?.version;
  }

  get concurrency(): number {
    return this.#size;
  }

  setConcurrency(size: number): void {
    this.#size = size;
    this.#changed();
  }

  setModelVersion(version: string): void {
    const isNews = version !== this.wantedVersion;
    this.#pinned = version;
    // Said again at every round of a drain: a connect under way must not start over for it.
    if (!isNews) return;
    if (this.#agreed?.version !== version) this.#agreed = undefined;
    for (const encoder of this.encoders) encoder.reconsider(version);
    this.#changed();
  }

  get state(): PoolState {
    if (this.#isClosed) return 'closed';
    const eligible = this.#eligible();
    if (eligible.some((encoder) => encoder.state === 'open')) return 'serving';
    if (eligible.some((encoder) => encoder.isHopeful)) return 'hopeful';
    return eligible.every((encoder) => encoder.state === 'misconfigured') ? 'misconfigured' : 'down';
  }

  /** True when images would find a place at once: an encoder is open, or rests after it served well. */
  get isWell(): boolean {
    const eligible = this.#eligible();
    if (eligible.some((encoder) => encoder.state === 'open')) return true;
    return this.#agreed !== undefined && eligible.some((encoder) => encoder.state === 'idle' && !encoder.isAway);
  }

  /** Images that may be taken from a caller now. */
  get room(): number {
    let places = -this.#queue.length;
    for (const encoder of this.#eligible()) places += encoder.freePlaces;
    return places;
  }

  /** Whom a text query may ask, the most promising first: a person waits for the answer. */
  textEncoders(): readonly Encoder[] {
    const rank = (encoder: Encoder): number => {
      if (encoder.state === 'open') return encoder.isFallback ? 1 : 0;
      if (encoder.isAway) return 4;
      return encoder.isFallback ? 3 : 2;
    };
    const isSameModel = this.wantedVersion !== undefined;
    return this.encoders
      .filter((encoder) => encoder.mayBeAsked && (isSameModel || !encoder.isFallback))
      .sort((a, b) => rank(a) - rank(b));
  }

  /** The encoders' reasons, for an error that speaks of all of them. */
  describeTrouble(): string {
    return this.encoders
      .map((encoder) => encoder.health())
      .filter(({ reason }) => reason !== undefined)
      .map(({ address, reason }) => `${address}: ${reason}`)
      .join('; ');
  }

  /** Somebody has work until `release`: lost encoders are looked for meanwhile. */
  wish(): { release(): void } {
    this.#wishes++;
    this.#changed();
    let isReleased = false;
    return {
      release: () => {
        if (!isReleased) this.#wishes--;
        isReleased = true;
      },
    };
  }

  /** Calls back at every change of room or state. @returns what ends that */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  submit(job: ImageJob): void {
    this.#queue.push(job);
    this.#changed();
  }

  /** No new images; those in flight are still awaited. */
  finish(): void {
    this.#isClosed = true;
    for (const encoder of this.encoders) encoder.finish();
    this.#changed();
  }

  close(): void {
    this.#isClosed = true;
    for (const encoder of this.encoders) encoder.close();
    this.#changed();
  }

  /** The fallback counts only while every other encoder is away, and with a model that is known without it. */
  #eligible(): readonly Encoder[] {
    const isAlone = this.#primaries.every((encoder) => encoder.isAway) && this.wantedVersion !== undefined;
    return isAlone ? this.encoders : this.#primaries;
  }

  #isWanted(address: ApolloAddress): boolean {
    return this.#wishes > 0 && !this.#isClosed && this.#eligible().some((encoder) => encoder.address === address);
  }

  #judge({ model }: Pick<StreamAccepted__Output, 'model'>): Handshake {
    const handshake = judgeModel(model, this.#pinned, this.#agreed);
    if (handshake.kind === 'accepted') this.#agreed ??= handshake.model;
    return handshake;
  }

  #onVerdict(address: ApolloAddress, job: ImageJob, verdict: Verdict): void {
    if (!mayAskAnother(verdict) || job.isSettled) {
      job.settle(verdict);
      return;
    }
    job.refuse(address.text, verdict);
    this.#queue.push(job);
  }

  #changed(): void {
    // Sending and nudging report changes themselves: one round at a time, and another one while they do.
    this.#hasChangedAgain = true;
    if (this.#isChanging) return;
    this.#isChanging = true;
    try {
      while (this.#hasChangedAgain) {
        this.#hasChangedAgain = false;
        for (const encoder of this.encoders) if (this.#isWanted(encoder.address)) encoder.nudge();
        this.#pump();
      }
    } finally {
      this.#isChanging = false;
    }
    for (const listener of [...this.#listeners]) listener();
  }

  #pump(): void {
    if (this.#queue.length === 0) return;
    const waiting: ImageJob[] = [];
    for (const job of this.#queue) if (!job.isSettled && !this.#place(job)) waiting.push(job);
    this.#queue = waiting;
  }

  /** @returns false when the image has to wait for a place */
  #place(job: ImageJob): boolean {
    // An encoder that cannot take it at all says so in the job's refusals, and is not the freest any more.
    for (let encoder = this.#freestFor(job); encoder; encoder = this.#freestFor(job))
      if (encoder.send(job)) return true;
    return this.#settleUnplaced(job);
  }

  #freestFor({ refusals }: ImageJob): Encoder | undefined {
    let freest: Encoder | undefined;
    let most = 0;
    for (const encoder of this.#eligible()) {
      const { freePlaces } = encoder;
      if (freePlaces <= most || refusals.has(encoder.address.text)) continue;
      freest = encoder;
      most = freePlaces;
    }
    return freest;
  }

  #settleUnplaced(job: ImageJob): boolean {
    const others = this.#eligible().filter((encoder) => !job.refusals.has(encoder.address.text));
    if (others.some((encoder) => encoder.isHopeful)) return false;
    const refusals = [...job.refusals.values()];
    // Away is no verdict: the photo is refused for good only when every encoder that could serve has said so.
    if (refusals.length > 0 && others.every((encoder) => encoder.state === 'misconfigured'))
      job.settle(refusals.find(({ kind }) => kind === 'transient') ?? refusals[0]!);
    else if (this.state === 'closed') job.settle(transient('cancelled', 'the client was closed'));
    else if (this.state === 'misconfigured') job.settle(transient('misconfigured', this.describeTrouble()));
    else job.settle(transient('unavailable', this.describeTrouble() || 'no encoder is there'));
    return true;
  }
}
