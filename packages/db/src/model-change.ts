import { type DaoContext, idsOf, ROWS_AT_ONCE } from './dao-context.js';
import type { Sql } from './dialect.js';
import type { DrainDao } from './images/image-drain-types.js';
import { listLibraryIds } from './library-dao.js';
import {
  ABANDON_WAITING,
  FOLD_VECTORS,
  FOLD_VERDICTS,
  PAGE_ABANDONED,
  PAGE_TROUBLED,
  PAGE_WAITING,
  RESET_VERDICTS,
} from './sql/fold-waiting.js';
import { FORGET_KEPT_OF_MODELS } from './sql/kept-embeddings.js';
import { FORGET_EMBEDDINGS } from './sql/requeue.js';
import { PAGE_FOR_EXCLUSION } from './sql/skipped-rows.js';

type ChangeDao = Pick<DrainDao, 'forgetEmbeddings' | 'foldWaiting' | 'resetLedger'>;

/** Walks over rows once the photos are in another model: batch after batch, a transaction each. */
export function createChangeDao(context: DaoContext): ChangeDao {
  const { lane, announce } = context;

  async function forgetLibrary(libraryId: number, keep: string, signal: AbortSignal | undefined): Promise<number> {
    let forgotten = 0;
    for (let afterId = 0; ; ) {
      signal?.throwIfAborted();
      const page = { libraryId, afterId, limit: ROWS_AT_ONCE };
      const ids = idsOf(await lane.read((sql) => sql.all(PAGE_FOR_EXCLUSION, page)));
      if (ids.length === 0) return forgotten;
      forgotten += await lane.write((sql) => sql.run(FORGET_EMBEDDINGS, { ids: JSON.stringify(ids), keep }));
      afterId = ids.at(-1) ?? afterId;
    }
  }

  /** They could never be taken again. */
  async function forgetKept(keep: string, signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      if ((await lane.write((sql) => sql.run(FORGET_KEPT_OF_MODELS, { keep, limit: ROWS_AT_ONCE }))) === 0) return;
    }
  }

  async function foldBatch(sql: Sql, version: string): Promise<{ readonly rows: number; readonly found: number[] }> {
    const ids = idsOf(await sql.all(PAGE_WAITING, { version, limit: ROWS_AT_ONCE }));
    const batch = { ids: JSON.stringify(ids), version };
    const found = idsOf(await sql.all(FOLD_VECTORS, batch));
    return { rows: found.length + (await sql.run(FOLD_VERDICTS, batch)), found };
  }

  async function abandonWaiting(wanted: string, signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const abandoned = await lane.write(async (sql) => {
        const ids = idsOf(await sql.all(PAGE_ABANDONED, { wanted, limit: ROWS_AT_ONCE }));
        return sql.run(ABANDON_WAITING, { ids: JSON.stringify(ids), wanted });
      });
      if (abandoned === 0) return;
    }
  }

  async function resetVerdicts(signal: AbortSignal | undefined): Promise<void> {
    for (let place = { hash: '', id: 0 }; ; ) {
      signal?.throwIfAborted();
      const page = { ...place, limit: ROWS_AT_ONCE };
      const rows = await lane.write(async (sql) => {
        const found = await sql.all(PAGE_TROUBLED, page);
        await sql.run(RESET_VERDICTS, { ids: JSON.stringify(idsOf(found)) });
        return found;
      });
      const last = rows.at(-1);
      if (last === undefined) return;
      place = { hash: last.content_hash, id: last.id };
    }
  }

  return {
    async forgetEmbeddings({ keep, signal }) {
      let forgotten = 0;
      for (const libraryId of await listLibraryIds(context)) forgotten += await forgetLibrary(libraryId, keep, signal);
      await forgetKept(keep, signal);
      return forgotten;
    },
    async foldWaiting({ version, signal }) {
      for (let folded = 0; ; ) {
        signal?.throwIfAborted();
        const { rows, found } = await lane.write((sql) => foldBatch(sql, version));
        announce(found);
        if (rows === 0) return folded;
        folded += rows;
      }
    },
    async resetLedger({ wanted, signal }) {
      await abandonWaiting(wanted, signal);
      await resetVerdicts(signal);
    },
  };
}
