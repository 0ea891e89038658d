import { chunks, type DaoContext, idsOf, ROWS_AT_ONCE } from '../dao-context.js';
import type { Sql } from '../dialect.js';
import { KEEP_EMBEDDINGS, KEEP_WAITING, PURGE_KEPT } from '../sql/kept-embeddings.js';
import { MARK_MISSING, MARK_SEEN, PAGE_LONG_MISSING, REMOVE_ROWS } from '../sql/missing-rows.js';
import { PAGE_FOR_EXCLUSION, SET_SKIPPED } from '../sql/skipped-rows.js';
import type { RowOf } from '../statement.js';
import type { ScanDao } from './image-scan-types.js';
import type { ClipStatus } from './image-types.js';

type PresenceDao = Pick<
  ScanDao,
  'markMissing' | 'markSeen' | 'removeMissing' | 'purgeKeptEmbeddings' | 'pageForExclusion' | 'setSkipped'
>;

/** How long the vector of a removed row is kept: a mistake that is noticed within a year costs no encode. */
const KEEP_VECTORS_MS = 365 * 24 * 3_600_000;

async function removePage(
  sql: Sql,
  page: { readonly libraryId: number; readonly before: number; readonly limit: number },
  until: number,
): Promise<number> {
  const rows = await sql.all(PAGE_LONG_MISSING, page);
  const ids = JSON.stringify(idsOf(rows));
  await sql.run(KEEP_EMBEDDINGS, { ids, until });
  await sql.run(KEEP_WAITING, { ids, until });
  return sql.run(REMOVE_ROWS, { ids });
}

/** Which rows are there at all: missing and excluded ones are hidden, and those that are missing for long go. */
export function createPresenceDao({ lane, now, announce }: DaoContext): PresenceDao {
  /** Runs one statement over many rows, a batch a transaction, and tells of those that are searchable again. */
  async function showInBatches<T>(
    items: readonly T[],
    show: (sql: Sql, batch: string) => Promise<RowOf<typeof MARK_SEEN>[]>,
  ): Promise<void> {
    for (const batch of chunks(items, ROWS_AT_ONCE)) {
      const rows = await lane.write((sql) => show(sql, JSON.stringify(batch)));
      announce(idsOf(rows.filter((row) => row.clip_status === 'encoded')));
    }
  }

  return {
    async markMissing(ids, at) {
      for (const batch of chunks(ids, ROWS_AT_ONCE)) {
        const rows = { ids: JSON.stringify(batch), now: at };
        await lane.write((sql) => sql.run(MARK_MISSING, rows));
      }
    },
    markSeen: (ids) => showInBatches(ids, (sql, batch) => sql.all(MARK_SEEN, { ids: batch })),
    async removeMissing(libraryId, missingBefore) {
      let removed = 0;
      for (;;) {
        const page = { libraryId, before: missingBefore, limit: ROWS_AT_ONCE };
        const changed = await lane.write((sql) => removePage(sql, page, now() + KEEP_VECTORS_MS));
        removed += changed;
        if (changed < ROWS_AT_ONCE) return removed;
      }
    },
    async purgeKeptEmbeddings() {
      let purged = 0;
      for (;;) {
        const changed = await lane.write((sql) => sql.run(PURGE_KEPT, { now: now(), limit: ROWS_AT_ONCE }));
        purged += changed;
        if (changed < ROWS_AT_ONCE) return purged;
      }
    },
    async pageForExclusion(page) {
      const rows = await lane.read((sql) => sql.all(PAGE_FOR_EXCLUSION, page));
      return rows.map((row) => ({
        id: row.id,
        relPath: row.rel_path,
        status: row.clip_status as ClipStatus, // only this package writes it
        errorReason: row.clip_error_reason,
      }));
    },
    setSkipped: (changes) =>
      showInBatches(
        changes.map(({ id, skipReason }) => [id, skipReason]),
        (sql, batch) => sql.all(SET_SKIPPED, { changes: batch }),
      ),
  };
}
