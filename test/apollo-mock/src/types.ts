import type { ImageItem__Output, ModelInfo } from '@clip-watch/proto';

/** What the scripts can do with one item. Without a script every item is embedded. */
export type MockReply =
  | { readonly kind: 'embed'; readonly delayMs?: number }
  | {
      readonly kind: 'error';
      /** A name of the contract, or a number that it does not know. */
      readonly reason: string | number;
      readonly retry: string | number;
      readonly retryDelayMs?: number;
      readonly delayMs?: number;
    }
  | { readonly kind: 'garbage'; readonly garbage: Garbage }
  /** No answer; a `cancel` gets its answer, unless `deaf`. */
  | { readonly kind: 'silent'; readonly deaf?: boolean }
  /** Ends the stream with a status; nothing of it is answered any more. In a unary call: the call's status. */
  | { readonly kind: 'status'; readonly code: number; readonly details?: string }
  /** Ends the stream with OK although items are unanswered. */
  | { readonly kind: 'end_ok' }
  /** Cuts every connection and stops to listen. */
  | { readonly kind: 'die' }
  /** Embeds this item, then says that the server drains. */
  | { readonly kind: 'drain'; readonly retryDelayMs?: number }
  /** Embeds this item, then sends another window. */
  | {
      readonly kind: 'flow';
      readonly maxInFlight: number;
      readonly thenMaxInFlight?: number;
      readonly thenMs?: number;
    };

/** Answers that a client must not believe. */
export type Garbage =
  | 'wrong_length'
  | 'empty_vector'
  | 'nan'
  | 'infinity'
  | 'zero_norm'
  | 'long_norm'
  | 'wrong_dim'
  | 'wrong_version'
  | 'empty_version'
  | 'unknown_id'
  | 'zero_id'
  | 'repeated_id'
  | 'wrong_hash'
  | 'empty_hash'
  | 'no_outcome'
  | 'both_outcomes'
  | 'empty_message'
  | 'second_accepted'
  | 'truncated_bytes'
  | 'oversize';

/** What the scripts can do with a whole stream when it opens. */
export type MockStreamFault =
  | { readonly kind: 'refuse'; readonly code: number; readonly details?: string }
  | { readonly kind: 'never_accept' }
  | { readonly kind: 'result_first' }
  | { readonly kind: 'accept_without_model' }
  | { readonly kind: 'accept_zero_window' }
  | { readonly kind: 'end_after_accept' };

export interface MockItem {
  /** Counts from 1 over all streams and calls of this server. */
  readonly serial: number;
  readonly item: ImageItem__Output;
  readonly unary: boolean;
}

export interface MockApolloOptions {
  /** `127.0.0.1:0` (the default), another `host:port`, or `unix:/path`. */
  readonly listen?: string;
  /** Replaces fields of the default model. */
  readonly model?: ModelInfo;
  /** Granted to each stream. Default 16. */
  readonly maxInFlight?: number;
  /** 0: no heartbeat promised. Default 0. */
  readonly heartbeatMs?: number;
  /** Promises heartbeats and sends none. */
  readonly heartbeatBroken?: boolean;
  /** Calls without this bearer token end with UNAUTHENTICATED. */
  readonly token?: string;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Time for one item. Default 0. */
  readonly delayMs?: number;
  /** Items worked on at once, over all streams. Default: no limit. */
  readonly workers?: number;
  /** `request_id`s that are refused for good as undecodable. */
  readonly reject?: ReadonlySet<number>;
  /** Largest message taken, in bytes. Default: 4 MiB, as gRPC has it. */
  readonly maxMessageBytes?: number;
  /** What `grpc.health.v1` says. Default `SERVING`; `none`: the service is not offered. */
  readonly health?: 'SERVING' | 'NOT_SERVING' | 'none';
  /** Answers one item; undefined: embedded. */
  readonly onItem?: (item: MockItem) => MockReply | undefined;
  /** Meets each stream, counted from 1; undefined: accepted. */
  readonly onStream?: (serial: number) => MockStreamFault | undefined;
  /** Answers a text query; undefined: embedded. */
  readonly onTexts?: (texts: readonly string[]) => MockReply | undefined;
}

export interface MockCounters {
  health: number;
  getModelInfo: number;
  encodeImage: number;
  encodeImages: number;
  encodeTexts: number;
  items: number;
  cancels: number;
  /** Most items unanswered at once on any stream. */
  mostInFlight: number;
  /** Streams that the client half-closed. */
  halfCloses: number;
  /** Breaches of the contract by the client, in words. */
  breaches: string[];
}

export interface MockApollo extends AsyncDisposable {
  /** For clients: `grpc://127.0.0.1:PORT`, `grpcs://localhost:PORT` or `unix:/path`. */
  readonly address: string;
  readonly counters: MockCounters;
  /** Metadata of the latest call, lower-case keys. */
  readonly lastMetadata: Readonly<Record<string, string>>;
  /** Items as they came, newest last; the last 1,000 without their bytes. */
  readonly seen: readonly SeenItem[];
  /** Says on every open stream that the server drains. */
  drain(retryDelayMs?: number): void;
  /** Sends GOAWAY on every connection; open streams may end. */
  goAway(): void;
  /** Cuts every connection and stops to listen, as a killed process would. */
  kill(): Promise<void>;
  /** Listens again on the same address after `kill`. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface SeenItem {
  readonly requestId: number;
  readonly contentHash: string;
  readonly libraryId: string;
  readonly relPath: string;
  readonly payload: 'rgb' | 'encoded' | undefined;
  readonly payloadBytes: number;
  readonly timeoutMs: number;
  readonly unary: boolean;
}
