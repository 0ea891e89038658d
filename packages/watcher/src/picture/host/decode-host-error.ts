/** `CHILD_DIED`: the photo was in hand when a child died; it may be the cause, or a neighbour of it. */
export type DecodeHostErrorCode = 'CHILD_DIED' | 'CLOSED' | 'START_FAILED';

/** A call of the decode host that failed as a whole; what happens to one photo is a value instead. */
export class DecodeHostError extends Error {
  override readonly name = 'DecodeHostError';
  /** What happened; branch on this and not on the message. */
  readonly code: DecodeHostErrorCode;
  constructor(code: DecodeHostErrorCode, message: string, options?: ErrorOptions) {
    super(`[${code}] ${message}`, options);
    this.code = code;
  }
}
