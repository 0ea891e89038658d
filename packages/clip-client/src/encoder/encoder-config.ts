import type { Logger } from '@clip-watch/basics';
import type { StreamAccepted__Output } from '@clip-watch/proto';
import type { ApolloAddress } from '../address.js';
import type { ApolloChannel } from '../apollo-channel.js';
import type { Verdict } from '../stream/encode-outcome.js';
import type { ImageJob } from '../stream/image-job.js';
import type { Timing } from '../timing.js';
import type { Handshake } from './model-handshake.js';

/** What an encoder asks of the pool around it. */
export interface EncoderHooks {
  /** True while somebody has images or waits for an encoder: only then is a lost one looked for. */
  isWanted(address: ApolloAddress): boolean;
  concurrency(): number;
  /** The version to ask for; undefined: the server's default. */
  wantedVersion(): string | undefined;
  judge(accepted: Pick<StreamAccepted__Output, 'model'>): Handshake;
  verdict(address: ApolloAddress, job: ImageJob, verdict: Verdict): void;
  /** State or room changed. */
  changed(): void;
}

export interface EncoderConfig {
  readonly address: ApolloAddress;
  readonly isFallback: boolean;
  readonly itemTimeoutMs: number;
  readonly withNames: boolean;
  readonly clientName: string;
  readonly log: Logger | undefined;
  readonly timing: Timing;
  readonly random: () => number;
  openChannel(keepalive: boolean): ApolloChannel;
}
