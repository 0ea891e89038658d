/** How a pass ends, and what the drain does then: pure, so that every pause is in one table. */
import { assertNever } from '@clip-watch/basics';
import { errorCode, errorMessage } from '../error-code.js';

/** How a pass over the libraries ended. */
export type PassEnd =
  /** Nothing is due any more. `worked`: some row got further, so copies of it and what was given back may be due. */
  | { readonly kind: 'done'; readonly worked: boolean }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'encoder-away'; readonly reason: string }
  | { readonly kind: 'misconfigured'; readonly reason: string }
  /** Photo after photo failed alike, and so did the known-good picture. */
  | { readonly kind: 'suspicious'; readonly reason: string }
  /** `code`: of the `DatabaseError`. */
  | { readonly kind: 'database'; readonly reason: string; readonly code?: string }
  /** The decode host does not start, or was closed before the drain. */
  | { readonly kind: 'decoder-away'; readonly reason: string }
  /** An error that nobody promised: our own fault. */
  | { readonly kind: 'bug'; readonly reason: string; readonly error: unknown };

const MISCONFIGURED: ReadonlySet<string> = new Set(['MISCONFIGURED', 'MODEL_MISMATCH']);
const ENCODER_AWAY: ReadonlySet<string> = new Set(['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'CANCELLED']);
// Of `DatabaseError`: what another try may well find mended.
const DATABASE: ReadonlySet<string> = new Set(['BUSY', 'DISK_FULL', 'READ_ONLY', 'NOT_WRITABLE', 'IO', 'FILE_GONE']);
// Of `DecodeHostError`: no photo can be read.
export const DECODER_AWAY: ReadonlySet<string> = new Set(['CLOSED', 'START_FAILED']);

/** Names an error of the client or of the database by its code. */
export function passEndFromError(error: unknown): PassEnd {
  const code = errorCode(error) ?? '';
  const reason = errorMessage(error);
  if (MISCONFIGURED.has(code)) return { kind: 'misconfigured', reason };
  if (ENCODER_AWAY.has(code)) return { kind: 'encoder-away', reason };
  if (DATABASE.has(code)) return { kind: 'database', reason, code };
  return { kind: 'bug', reason, error };
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

export type AfterPass =
  /** Nothing to do before the next wake. */
  | { readonly kind: 'rest' }
  | {
      readonly kind: 'wait';
      readonly state: 'waiting' | 'misconfigured';
      readonly reason: string;
      readonly delayMs: number;
    };

/**
 * @param failures rounds in a row that ended early without one photo done
 * @param random in [0, 1): delays are jittered between a half and the whole
 */
export function planAfterPass(end: PassEnd, failures: number, random: () => number): AfterPass {
  const wait = (state: 'waiting' | 'misconfigured', firstMs: number, longestMs: number): AfterPass => {
    const longest = Math.min(longestMs, firstMs * 2 ** Math.min(failures, 30));
    return { kind: 'wait', state, reason: reasonOf(end), delayMs: Math.round(longest * (0.5 + random() / 2)) };
  };
  switch (end.kind) {
    case 'done':
    case 'stopped':
      return { kind: 'rest' };
    case 'encoder-away':
      return wait('waiting', SECOND_MS / 2, 30 * SECOND_MS);
    case 'database':
    case 'decoder-away':
      return wait('waiting', SECOND_MS, MINUTE_MS);
    case 'bug':
      return wait('waiting', MINUTE_MS, 15 * MINUTE_MS);
    case 'misconfigured':
    case 'suspicious':
      return wait('misconfigured', 30 * SECOND_MS, 5 * MINUTE_MS);
    default:
      return assertNever(end);
  }
}

function reasonOf(end: PassEnd): string {
  return 'reason' in end ? end.reason : '';
}
