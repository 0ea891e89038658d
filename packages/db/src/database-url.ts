import type { Dialect } from './dialect.js';
import { DatabaseError } from './errors.js';

const EXAMPLE = 'file:/home/me/clip-watch/clip-watch.db';

/** @throws DatabaseError UNSUPPORTED */
export function dialectOf(url: string): Dialect {
  if (/^postgres(ql)?:/.test(url))
    throw new DatabaseError('UNSUPPORTED', `DATABASE_URL: PostgreSQL is not built yet; use ${EXAMPLE}`);
  return 'sqlite';
}

/** For a URL that no dialect can read. What may be a password is not shown. */
export function badUrl(url: string): DatabaseError {
  const shown = JSON.stringify(url.replace(/\/\/[^@/]*@/, '//…@'));
  return new DatabaseError('BAD_URL', `DATABASE_URL ${shown} is no absolute file; write it like ${EXAMPLE}`);
}
