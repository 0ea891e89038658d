/** gRPC status names as the client speaks of them. */
export type StatusName =
  | 'OK'
  | 'CANCELLED'
  | 'UNKNOWN'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'OUT_OF_RANGE'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'DATA_LOSS'
  | 'UNAUTHENTICATED';

/** Service failures in a row after which the breaker opens. */
export const BREAKER_FAILURES: number = 5;
/** Items in a row that the encoder could not serve, through no fault of theirs, after which the breaker opens. */
export const BREAKER_ITEM_FAULTS: number = 20;
/** Between two probes while the breaker is open. */
export const PROBE_INTERVAL_MS: number = 30_000;
/** Between two probes of an encoder that a person has to put right. */
export const MISCONFIGURED_PROBE_MS: number = 60_000;
/** An encoder may ask for a pause, but not for more than this. */
export const MAX_PAUSE_MS: number = 300_000;

const LEAST_DELAY_MS = 250;
const MOST_DELAY_MS = 10_000;

const MISCONFIGURED: ReadonlySet<StatusName> = new Set([
  'UNAUTHENTICATED',
  'PERMISSION_DENIED',
  'UNIMPLEMENTED',
  'FAILED_PRECONDITION',
  'INVALID_ARGUMENT',
]);

/** A status speaks of the call, never of a picture: nothing here makes a photo permanent. */
export function classifyStatus(status: StatusName): 'service' | 'misconfigured' {
  return MISCONFIGURED.has(status) ? 'misconfigured' : 'service';
}

/** After these one item may have killed the stream: each unanswered one goes again alone. */
export function maySomeItemBePoison(status: StatusName): boolean {
  return status === 'RESOURCE_EXHAUSTED' || status === 'INTERNAL';
}

/**
 * Full jitter over a floor: 250 ms to a bound that doubles up to 10 s.
 * @param failures in a row, 1 or more
 * @param random from 0 to 1
 */
export function reconnectDelayMs(failures: number, random: number): number {
  const bound = Math.min(MOST_DELAY_MS, LEAST_DELAY_MS * 2 ** Math.min(failures, 10));
  return Math.round(LEAST_DELAY_MS + random * (bound - LEAST_DELAY_MS));
}

/** How long an encoder that said OVERLOADED is left alone: what it asked for, and at least the jittered delay. */
export function pauseMs(askedMs: number, timesInRow: number, random: number): number {
  return Math.min(MAX_PAUSE_MS, Math.max(askedMs, reconnectDelayMs(timesInRow, random)));
}

/** Why a stream, or the attempt to have one, is over. */
export type StreamEnd =
  | { readonly kind: 'status'; readonly status: StatusName; readonly details: string }
  /** No `accepted` within the open time-out. */
  | { readonly kind: 'open_timeout' }
  /** Nothing came for three heartbeats while items waited. */
  | { readonly kind: 'silent' }
  /** A cancelled item's place was not freed within the grace. */
  | { readonly kind: 'stuck' }
  /** The window was 0 for so long that the stream is of no use. */
  | { readonly kind: 'starved' }
  /** `accepted` itself was against the contract. */
  | { readonly kind: 'protocol'; readonly message: string }
  /** The health service, or the model's state, says: not yet. */
  | { readonly kind: 'not_serving'; readonly message: string }
  /** The handshake: this is not the model that the pool wants. */
  | { readonly kind: 'refused'; readonly message: string }
  /** Too many items in a row that the encoder could not serve. */
  | { readonly kind: 'faults'; readonly message: string }
  | { readonly kind: 'drained'; readonly retryDelayMs: number }
  | { readonly kind: 'idle' }
  /** The wanted model changed. */
  | { readonly kind: 'restart' }
  | { readonly kind: 'closed' };

export interface AfterEnd {
  readonly state: 'idle' | 'waiting' | 'broken' | 'misconfigured' | 'closed';
  /** Until the next try; 0 where there is none to wait for. */
  readonly delayMs: number;
  /** Failures in a row from now on. */
  readonly failures: number;
  readonly reason?: string;
}

/** The whole reconnect policy: what an encoder does when its stream is over. */
export function planAfterEnd(end: StreamEnd, failures: number, random: number): AfterEnd {
  switch (end.kind) {
    case 'idle':
    case 'restart':
      return { state: 'idle', delayMs: 0, failures };
    case 'closed':
      return { state: 'closed', delayMs: 0, failures };
    case 'drained': {
      const delayMs = pauseMs(end.retryDelayMs, 1, random);
      return { state: 'waiting', delayMs, failures, reason: 'the encoder is shutting down' };
    }
    case 'not_serving':
      // Loading a model takes minutes at times and ends by itself: asked up to every 10 s, never the breaker's 30.
      return {
        state: 'waiting',
        delayMs: reconnectDelayMs(failures + 1, random),
        failures: failures + 1,
        reason: end.message,
      };
    case 'refused':
      return { state: 'misconfigured', delayMs: MISCONFIGURED_PROBE_MS, failures, reason: end.message };
    case 'faults':
      return {
        state: 'broken',
        delayMs: PROBE_INTERVAL_MS,
        failures: Math.max(failures, BREAKER_FAILURES),
        reason: end.message,
      };
    default:
      return afterFailure(end, failures + 1, random);
  }
}

function afterFailure(end: StreamEnd, failures: number, random: number): AfterEnd {
  const reason = describeEnd(end);
  if (end.kind === 'status' && classifyStatus(end.status) === 'misconfigured')
    return { state: 'misconfigured', delayMs: MISCONFIGURED_PROBE_MS, failures, reason };
  if (failures >= BREAKER_FAILURES) return { state: 'broken', delayMs: PROBE_INTERVAL_MS, failures, reason };
  return { state: 'waiting', delayMs: reconnectDelayMs(failures, random), failures, reason };
}

/** One sentence for people. */
export function describeEnd(end: StreamEnd): string {
  switch (end.kind) {
    case 'status':
      return end.status === 'OK' ? 'the encoder ended the stream' : `${end.status}: ${end.details}`;
    case 'open_timeout':
      return 'the encoder did not accept a stream in time';
    case 'silent':
      return 'the encoder fell silent for three heartbeats';
    case 'stuck':
      return 'the encoder did not answer a cancelled item';
    case 'starved':
      return 'the encoder kept its window shut';
    case 'drained':
      return 'the encoder is shutting down';
    case 'idle':
    case 'restart':
    case 'closed':
      return `the stream was closed here (${end.kind})`;
    default:
      return end.message;
  }
}
