import { stat } from 'node:fs/promises';
import type { Logger } from '@clip-watch/basics';
import { DatabaseError } from '../errors.js';

/**
 * Whether what is open still is what lies at its path. SQLite does not notice: it goes on writing to a file that was
 * deleted, and all of it is lost with the last connection.
 */
export interface FileGuard {
  /** As of the last look; null while nothing is wrong. A file that is put back ends it. */
  readonly fault: DatabaseError | null;
  /** Looks now. @throws DatabaseError FILE_GONE */
  check(): Promise<void>;
  close(): void;
}

export interface FileGuardOptions {
  readonly file: string;
  readonly log?: Logger | undefined;
  /** Epoch ms. */
  readonly now: () => number;
  /** Between looks. Default 1,000. */
  readonly everyMs?: number;
}

const EVERY_MS = 1_000;
const TELL_EVERY_MS = 60_000;

/** To be called while the file is open: what is there now is what it is compared with. */
export function guardFile({ file, log, now, everyMs = EVERY_MS }: FileGuardOptions): FileGuard {
  // The log file comes with the first transaction, and stays until the last connection ends.
  const parts = [file, `${file}-wal`].map((path) => ({ path, known: undefined as string | undefined }));
  let fault: DatabaseError | null = null;
  let toldAt = Number.NEGATIVE_INFINITY;
  let closed = false;
  let isLooking = false;

  async function look(): Promise<void> {
    const found = await Promise.all(parts.map(({ path }) => identityOf(path)));
    if (closed) return;
    let next: DatabaseError | null = null;
    for (const [at, part] of parts.entries()) {
      const identity = found[at];
      if (identity === 'unknown') return; // Nothing is learnt of a disk that does not answer.
      if (part.known === undefined) part.known = identity;
      else if (identity !== part.known) next ??= toFault(part.path, identity !== undefined);
    }
    tell(next);
    fault = next;
  }

  function tell(next: DatabaseError | null): void {
    if (next === null) {
      if (fault !== null) log?.info({ file }, 'clip_watch: the database file is back');
      toldAt = Number.NEGATIVE_INFINITY;
    } else if (now() - toldAt >= TELL_EVERY_MS) {
      toldAt = now();
      log?.error({ err: next, file }, 'clip_watch: the database file is gone; nothing is written');
    }
  }

  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look().finally(() => {
      isLooking = false;
    });
  }, everyMs);
  timer.unref();

  return {
    get fault() {
      return fault;
    },
    async check() {
      await look();
      if (fault !== null) throw fault;
    },
    close() {
      closed = true;
      clearInterval(timer);
    },
  };
}

/** @returns device and inode; undefined when there is no such file */
async function identityOf(path: string): Promise<string | 'unknown' | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : 'unknown';
  }
}

function toFault(path: string, isReplaced: boolean): DatabaseError {
  return new DatabaseError(
    'FILE_GONE',
    `${path} was ${isReplaced ? 'replaced by another file' : 'deleted'} while it was open, and what is written now would be lost: ` +
      'stop the program, put the file or its newest copy in its place (docs/database.md), and start again',
  );
}
