import { DatabaseError, type DatabaseErrorCode } from '../errors.js';
import { isOnReadOnlyDisk } from './place.js';

interface DriverFault {
  /** SQLite's extended code by name, for example `SQLITE_BUSY_SNAPSHOT`. */
  readonly code: string;
  readonly message: string;
}

/** Prisma wraps the driver's error up to three deep, in `cause` or in `meta.driverAdapterError`. */
function* causes(error: unknown): Generator<Record<string, unknown>> {
  const queue: unknown[] = [error];
  for (let depth = 0; depth < 12 && queue.length > 0; depth += 1) {
    const next = queue.shift();
    if (typeof next !== 'object' || next === null) continue;
    const fields: Record<string, unknown> = { ...next, message: Reflect.get(next, 'message') };
    yield fields;
    const { meta } = fields;
    queue.push(Reflect.get(next, 'cause'));
    if (typeof meta === 'object' && meta !== null) queue.push(Reflect.get(meta, 'driverAdapterError'));
  }
}

function driverFault(error: unknown): DriverFault | undefined {
  for (const fields of causes(error)) {
    const code = fields.originalCode ?? fields.code;
    if (typeof code !== 'string' || !code.startsWith('SQLITE_')) continue;
    return { code, message: String(fields.originalMessage ?? fields.message ?? code) };
  }
  return undefined;
}

/** True when another connection holds the lock: nothing was done, so the same call may go again. */
export function isBusy(error: unknown): boolean {
  return driverFault(error)?.code.startsWith('SQLITE_BUSY') ?? false;
}

const TRANSLATIONS: readonly (readonly [RegExp, DatabaseErrorCode, string])[] = [
  [/^SQLITE_BUSY/, 'BUSY', 'another program holds the write lock; it is tried again once that program lets go'],
  // SHMSIZE: the index of the log could not grow by a page.
  [/^SQLITE_(FULL|IOERR_SHMSIZE)/, 'DISK_FULL', 'the disk is full; free some space, the work waits'],
  [/^SQLITE_(READONLY|PERM)/, 'READ_ONLY', 'the file or its disk is read-only; make it writable'],
  [/^SQLITE_CANTOPEN/, 'NOT_WRITABLE', 'the file cannot be opened; check the folder and its permissions'],
  [/^SQLITE_NOTADB/, 'NOT_A_DATABASE', 'the file is no SQLite database; name another file in DATABASE_URL'],
  [/^SQLITE_CORRUPT/, 'CORRUPT', 'the file is damaged; restore the newest backup beside it'],
  [/^SQLITE_CONSTRAINT_UNIQUE/, 'DUPLICATE', 'it is there already'],
  [/^SQLITE_CONSTRAINT_FOREIGNKEY/, 'NOT_FOUND', 'the library is gone'],
  [/^SQLITE_IOERR/, 'IO', 'the disk did not answer as it should; check it'],
];

/** A disk that was turned read-only under an open file answers like one that is broken. */
const MAYBE_READ_ONLY = /^SQLITE_(IOERR|CANTOPEN)/;

/** Translates what the driver or Prisma threw. What is none of theirs comes back as it is: it is a bug of ours. */
export function toDatabaseError(error: unknown, file: string): unknown {
  if (error instanceof DatabaseError) return error;
  const fault = driverFault(error);
  if (fault === undefined) return error;
  const code = MAYBE_READ_ONLY.test(fault.code) && isOnReadOnlyDisk(file) ? 'SQLITE_READONLY' : fault.code;
  const found = TRANSLATIONS.find(([pattern]) => pattern.test(code));
  if (found === undefined) return error;
  return new DatabaseError(found[1], `${file}: ${found[2]} (${fault.code}: ${fault.message})`, { cause: error });
}
