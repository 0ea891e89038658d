import type { StreamAccepted__Output, StreamOpen } from '@clip-watch/proto';
import type { Handshake } from '../encoder/model-handshake.js';
import type { StreamEnd } from '../encoder/retry-policy.js';
import type { Timing } from '../timing.js';
import type { ClipModel } from '../types.js';
import type { Verdict } from './encode-outcome.js';
import type { ImageJob } from './image-job.js';

/** What the server granted when it accepted. */
export interface StreamFacts {
  readonly model: ClipModel;
  readonly granted: number;
  readonly heartbeatMs: number;
  /** 0: not stated. */
  readonly maxMessageBytes: number;
}

export interface StreamEvents {
  accepted(facts: StreamFacts): void;
  /** One sent item has its answer, or its time is up. */
  verdict(job: ImageJob, verdict: Verdict): void;
  /** An answer that belongs to no item. */
  fault(message: string): void;
  /** A place became free, or the window changed. */
  room(): void;
  /** Once, and the last event. */
  ended(end: StreamEnd, unanswered: readonly ImageJob[]): void;
}

export interface StreamOptions {
  readonly open: StreamOpen;
  readonly itemTimeoutMs: number;
  readonly withNames: boolean;
  readonly timing: Timing;
  readonly judge: (accepted: StreamAccepted__Output) => Handshake;
  readonly events: StreamEvents;
}
