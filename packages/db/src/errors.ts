/** What each code means and what to do about it is in `docs/database.md`. */
export type DatabaseErrorCode =
  | 'BAD_URL'
  | 'UNSUPPORTED'
  | 'NOT_WRITABLE'
  | 'NOT_A_DATABASE'
  | 'CORRUPT'
  | 'NEWER_SCHEMA'
  | 'EDITED_MIGRATION'
  | 'UPDATE_FAILED'
  | 'TWO_SQLITE_COPIES'
  | 'DISK_FULL'
  | 'READ_ONLY'
  | 'BUSY'
  | 'IO'
  | 'FILE_GONE'
  | 'CLOSED'
  | 'DUPLICATE'
  | 'NOT_FOUND'
  | 'MODEL_MISMATCH'
  | 'BAD_PATH'
  | 'BAD_EMBEDDING'
  | 'BAD_CURSOR';

const RETRYABLE: ReadonlySet<DatabaseErrorCode> = new Set(['BUSY', 'DISK_FULL', 'IO', 'READ_ONLY', 'FILE_GONE']);

/**
 * A call to the database that failed as a whole. The message says what, where and what to do; branch on `code`. What the
 * driver threw is the `cause`.
 */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  /** What happened; branch on this and not on the message. */
  readonly code: DatabaseErrorCode;

  constructor(code: DatabaseErrorCode, message: string, options?: ErrorOptions) {
    super(`[${code}] ${message}`, options);
    this.code = code;
  }

  /** True for what passes by itself or once a person made room: the work stays and is tried again. */
  get retryable(): boolean {
    return RETRYABLE.has(this.code);
  }
}
