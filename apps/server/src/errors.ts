export { systemCode } from '@clip-watch/processes';

/** Codes of errors that end a command. Each has an entry in `docs/errors.md`. */
export type HostErrorCode =
  | 'USAGE'
  | 'BAD_SETTINGS'
  | 'BAD_PATH'
  | 'DATA_FOLDER'
  | 'BAD_TOKEN'
  | 'ENCODER_START'
  | 'ENCODER_DISABLED'
  | 'MODEL_SWITCH'
  | 'NOT_FOUND'
  | 'NOT_ANSWERING'
  | 'NOTHING_ASKED'
  | 'PORT_IN_USE'
  | 'PLUGIN'
  | 'SEARCH_UNAVAILABLE'
  | 'BAD_PICTURE'
  | 'PHOTO_CHANGED'
  | 'BUSY'
  | 'WORK_LEFT';

const USAGE_CODES: ReadonlySet<HostErrorCode> = new Set(['USAGE', 'BAD_SETTINGS', 'BAD_PATH']);

/** An error whose message is one line for people: what, where, what to do. */
export class HostError extends Error {
  override readonly name = 'HostError';
  /** What happened; branch on this and not on the message. */
  readonly code: HostErrorCode;
  constructor(code: HostErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
  /** 2 for what the user typed or configured, 1 for everything else. */
  get exitCode(): 1 | 2 {
    return USAGE_CODES.has(this.code) ? 2 : 1;
  }
}

/** What an unknown thrown value says, on one line. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ');
}
