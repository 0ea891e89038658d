/** The words of the drain: what it is given, what it shows, what it promises. */

import type { Logger } from '@clip-watch/basics';
import type { ClipClient } from '@clip-watch/clip-client';
import type { PluginLibrary } from '@clip-watch/plugin-api';
import type { ClipBacklog } from './clip-backlog.js';
import type { DecodeHost } from './picture-types.js';

/** Opened by the caller, and closed by the caller after the drain. */
export interface DrainDeps {
  /** The table of photos. */
  readonly backlog: ClipBacklog;
  /** The encoders. */
  readonly clipClient: ClipClient;
  /** Makes pictures ready for an encoder. */
  readonly decodeHost: Pick<DecodeHost, 'prepare' | 'prepareBytes' | 'decoderVersion'>;
  /** The libraries as they are now, each with every exclude rule that holds for it. Asked again for each page. */
  libraries(): Promise<readonly PluginLibrary[]>;
  /** Default: nothing is logged. */
  readonly log?: Logger;
}

/** Settings of a drain; every one of them has a default. */
export interface DrainOptions {
  /** Rows claimed at once, 1 to 5,000. Default 256. */
  readonly pageSize?: number;
  /** How long a claim holds without a sign of life, 1,000 to 3,600,000. Extended every third of it. Default 120,000. */
  readonly leaseMs?: number;
  /** Most photos of one library in one pass. Default: no limit, the ledger bounds what failures cost. */
  readonly maxPerTick?: number;
  /** Pictures decoded side by side; pictures in memory are at most this many and the encoders' windows. Default: the CPUs. */
  readonly decodeThreads?: number;
  /** What `close` waits for running photos before it drops them. Default 4,000. */
  readonly closeGraceMs?: number;
  /** Names the holder of a claim; unique among running programs on one database. Default: host, process, run and number. */
  readonly owner?: string;
  /** Clock, epoch ms. Default `Date.now`. */
  readonly now?: () => number;
  /** Random numbers in [0, 1) for jitter. Default `Math.random`. */
  readonly random?: () => number;
}

/**
 * `disabled`: no encoder is configured; nothing is claimed, written or timed.
 * `idle`: nothing is due; one timer at most, for the next retry.
 * `draining`: photos are on their way.
 * `waiting`: the encoder or the database is away; photos are untouched, the drain goes on by itself.
 * `paused`: a person asked for it.
 * `misconfigured`: a person has to change something; the drain looks now and then whether that happened.
 * `closed`: over.
 */
export type DrainState = 'disabled' | 'idle' | 'draining' | 'waiting' | 'paused' | 'misconfigured' | 'closed';

/** Photos since the drain was created, counted when their outcome was committed. */
export interface DrainCounts {
  /** Got a vector of their own. */
  readonly encoded: number;
  /** Rows that needed no encode, because an equal picture was encoded already. */
  readonly copied: number;
  /** Failed for good. */
  readonly failed: number;
  /** Failed for now, with a time for the next try. */
  readonly postponed: number;
  /** Excluded, or no image by the name. */
  readonly skipped: number;
}

/** One library in the status of a drain. */
export interface LibraryDrainStatus extends DrainCounts {
  /** The id of the library in the table. */
  readonly libraryId: number;
  /** `paused`: its disk or mount fails; the others go on. */
  readonly state: 'idle' | 'draining' | 'paused';
  /** One sentence for people, when paused. */
  readonly reason?: string;
  /** Epoch ms of the next try, when paused. */
  readonly resumesAt?: number;
}

/** A drain as it is shown to people. */
export interface DrainStatus {
  /** What the drain is doing. */
  readonly state: DrainState;
  /** One sentence for people: what is wrong and what to do. */
  readonly reason?: string;
  /** Committed encodes over the last half minute of draining. */
  readonly imagesPerSecond: number;
  /** Every library that the drain has worked on. */
  readonly libraries: readonly LibraryDrainStatus[];
}

/** Why `drainOnce` ended. `done`: nothing is left but rows that must wait. */
export type DrainOnceEnd = 'done' | 'disabled' | 'encoder-away' | 'misconfigured' | 'database' | 'paused' | 'stopped';

/** What one full pass did, and why it ended. */
export interface DrainOnceResult extends DrainCounts {
  /** `done` when nothing is left to do now. */
  readonly end: DrainOnceEnd;
  /** One sentence for people: why it ended early, or, with `done`, why a library rests although it has work. */
  readonly reason?: string;
}

/** How one full pass goes. */
export interface DrainOnceOptions {
  /** Try what failed for now again at the end, without waiting for its time. Default false. */
  readonly retries?: boolean;
  /** How long to wait for an encoder that is away. Default 60,000. */
  readonly patienceMs?: number;
  /** Stops the pass; what is in progress is given back. */
  readonly signal?: AbortSignal;
}

/** Works off the backlog of all libraries. Nothing runs before the first `wake` or `drainOnce`. */
export interface BacklogDrain extends AsyncDisposable {
  /** Work may be due. Returns at once; calling it while draining costs nothing and is not forgotten. */
  wake(libraryId?: number): void;
  /** Takes no new photos; those on their way still end. Stays until `resume`, over any number of `wake`s. */
  pause(): void;
  /** Ends a pause, and looks at once whether a misconfiguration is gone. */
  resume(): void;
  /** The state, the speed, and what was done for each library. */
  status(): DrainStatus;
  /** Resolves when the drain is idle, paused, disabled or closed. Rejects with the signal's reason. */
  whenIdle(signal?: AbortSignal): Promise<void>;
  /** One full pass over all libraries, until nothing is due. A result, never a throw, says why it ended early. */
  drainOnce(options?: DrainOnceOptions): Promise<DrainOnceResult>;
  /** Told about each photo whose bytes are not those of its row any more. @returns unsubscribe */
  onChanged(listener: (libraryId: number, relPath: string) => void): () => void;
  /** Takes no new photos, lets running ones end within the grace, drops the rest, gives every claim back. */
  close(): Promise<void>;
}
