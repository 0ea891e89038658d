import type { DaoContext } from '../dao-context.js';
import { chunks } from '../dao-context.js';
import { listLibraryIds } from '../library-dao.js';
import { AFTER_ALL_REASONS } from '../sql/reasons.js';
import { PAGE_PROBLEMS, REQUEUE_ROWS, REQUEUE_WAITING } from '../sql/requeue.js';
import type { RowOf } from '../statement.js';
import type { DrainDao, RequeueSelection } from './image-drain-types.js';

type ProblemRow = RowOf<typeof PAGE_PROBLEMS>;

const BATCH = 200;

/** @throws TypeError when a selection names nothing, which would otherwise mean everything */
function checkSelection({ ids, reason, libraryId, all }: RequeueSelection): void {
  if (ids !== undefined || reason !== undefined || libraryId !== undefined || all === true) return;
  throw new TypeError('requeue: name ids, a reason, a library, or all');
}

export function createRequeueDao(context: DaoContext): Pick<DrainDao, 'requeue' | 'requeueForDecoder'> {
  const { lane } = context;

  /** Walks the problem rows of a library; what `pick` takes goes back to the start. */
  async function requeueLibrary(
    libraryId: number,
    reason: string | undefined,
    pick: (row: ProblemRow) => boolean,
  ): Promise<number> {
    const range = { afterReason: reason ?? '', lastReason: reason ?? AFTER_ALL_REASONS };
    let place = { afterReason: range.afterReason, afterId: 0 };
    let requeued = 0;
    for (;;) {
      const page = { libraryId, lastReason: range.lastReason, ...place, limit: BATCH };
      const { rows, changed } = await lane.write(async (sql) => {
        const found = await sql.all(PAGE_PROBLEMS, page);
        const ids = JSON.stringify(found.filter(pick).map(({ id }) => id));
        const failed = await sql.run(REQUEUE_ROWS, { ids });
        await sql.run(REQUEUE_WAITING, { ids });
        return { rows: found, changed: failed };
      });
      requeued += changed;
      const last = rows.at(-1);
      if (last === undefined) return requeued;
      place = { afterReason: last.reason, afterId: last.id };
    }
  }

  async function requeueEverywhere(reason: string | undefined, pick: (row: ProblemRow) => boolean): Promise<number> {
    let requeued = 0;
    for (const libraryId of await listLibraryIds(context)) requeued += await requeueLibrary(libraryId, reason, pick);
    return requeued;
  }

  async function requeueIds(ids: readonly number[]): Promise<number> {
    let requeued = 0;
    for (const batch of chunks(ids, BATCH)) {
      const params = { ids: JSON.stringify(batch) };
      requeued += await lane.write(async (sql) => {
        await sql.run(REQUEUE_WAITING, params);
        return sql.run(REQUEUE_ROWS, params);
      });
    }
    return requeued;
  }

  return {
    async requeue(selection) {
      checkSelection(selection);
      const { ids, reason, libraryId } = selection;
      if (ids !== undefined) return requeueIds(ids);
      if (libraryId !== undefined) return requeueLibrary(libraryId, reason, () => true);
      return requeueEverywhere(reason, () => true);
    },
    requeueForDecoder: (decoderVersion) =>
      requeueEverywhere(
        undefined,
        (row) => row.status === 'failed' && row.decoder_version !== null && row.decoder_version !== decoderVersion,
      ),
  };
}
