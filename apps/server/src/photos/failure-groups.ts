import type { Database } from '@clip-watch/db';
import { reasonRule } from '@clip-watch/watcher';
import type { ApiFailures } from '../api/index.js';

/** All failures, grouped by reason, with what a person can do about each. */
export async function readFailureGroups(
  database: Pick<Database, 'images'>,
  libraryId?: number,
): Promise<ApiFailures['groups']> {
  const groups = await database.images.failureGroups(libraryId);
  return groups.map(({ reason, errorClass, status, count }) => ({
    reason,
    errorClass,
    status,
    count,
    remedy: reasonRule(reason)?.remedy ?? null,
  }));
}
