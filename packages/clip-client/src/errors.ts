/**
 * Why a call failed; branch on this, never on the message.
 * - `DISABLED`: no address was given.
 * - `UNAVAILABLE`: no encoder can take items or texts now; trying again later makes sense.
 * - `MISCONFIGURED`: the encoders were met and refused (token, model, contract); a person has to act.
 * - `DEADLINE_EXCEEDED`: a text query took longer than its time-out.
 * - `CANCELLED`: the caller's signal, or `close()`.
 * - `NO_TEXT`: the model has no text side.
 * - `INVALID_ARGUMENT`: the texts themselves were refused.
 * - `PROTOCOL`: the encoder answered a text query with something that is no embedding of the model in force.
 */
export type ClipClientErrorCode =
  | 'DISABLED'
  | 'UNAVAILABLE'
  | 'MISCONFIGURED'
  | 'DEADLINE_EXCEEDED'
  | 'CANCELLED'
  | 'NO_TEXT'
  | 'INVALID_ARGUMENT'
  | 'PROTOCOL';

/** A call of the client that failed as a whole. What becomes of one image is an outcome, never an error. */
export class ClipClientError extends Error {
  override readonly name = 'ClipClientError';
  /** What happened; `retryable` follows from it. */
  readonly code: ClipClientErrorCode;

  /** @param message for people; the code is put before it */
  constructor(code: ClipClientErrorCode, message: string, options?: ErrorOptions) {
    super(`[${code}] ${message}`, options);
    this.code = code;
  }

  /** The same call may work later without anybody doing anything. */
  get retryable(): boolean {
    return this.code === 'UNAVAILABLE' || this.code === 'DEADLINE_EXCEEDED';
  }
}
