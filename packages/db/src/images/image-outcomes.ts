import type { ClipFailure, StoredEmbedding, WriteResult } from '../claim-types.js';
import { type ModelPair, pairOf, readClipState } from '../clip-state.js';
import { type DaoContext, idsOf } from '../dao-context.js';
import type { Sql } from '../dialect.js';
import { DatabaseError } from '../errors.js';
import { MARK_WAITING, STORE_EMBEDDINGS, STORE_FAILURES, STORE_WAITING } from '../sql/record-outcomes.js';
import type { RowOf } from '../statement.js';
import { checkEmbedding, encodeEmbeddings, FLOAT_BYTES } from '../vector-codec.js';
import { shareEmbeddings, shareFailures } from './equal-bytes.js';
import type { DrainDao } from './image-drain-types.js';

type OutcomeDao = Pick<DrainDao, 'backfillClipEmbeddings' | 'recordClipFailures'>;

type StoredRow = RowOf<typeof STORE_EMBEDDINGS>;

const NOTHING: WriteResult = { written: 0, stale: 0, shared: 0 };
/** People read it; a stack or a file has no place in a row. */
const LONGEST_MESSAGE = 500;

interface WantedModel {
  readonly models: ModelPair;
  readonly dimension: number;
}

async function readWanted(sql: Sql): Promise<WantedModel> {
  const state = await readClipState(sql);
  const models = pairOf(state);
  if (models !== null && state.dimension !== null) return { models, dimension: state.dimension };
  throw new DatabaseError('MODEL_MISMATCH', 'no model is pinned yet, so no outcome can be stored; pin it first');
}

/** The vectors come as one blob, cut by place. */
function toBatch(batch: readonly StoredEmbedding[], dimension: number) {
  const rows = batch.map((row) => [
    row.imageId,
    row.contentHash,
    row.token,
    row.modelVersion,
    row.quality,
    row.decoderVersion,
  ]);
  const vectors = encodeEmbeddings(
    batch.map(({ embedding }) => embedding),
    dimension,
  );
  return { batch: JSON.stringify(rows), vectors, bytes: dimension * FLOAT_BYTES };
}

/** Rows whose own vector is still searched. They give up their claim by it, so that the others are left. */
async function storeWaiting(
  sql: Sql,
  batch: readonly StoredEmbedding[],
  { models, dimension }: WantedModel,
  now: number,
): Promise<readonly StoredRow[]> {
  if (models.active === models.wanted) return [];
  const params = { batch: toBatch(batch, dimension).batch, ...models };
  const marked = await sql.all(MARK_WAITING, params);
  const ids = new Set(idsOf(marked));
  const waiting = batch.filter(({ imageId }) => ids.has(imageId));
  if (waiting.length > 0) await sql.run(STORE_WAITING, { ...toBatch(waiting, dimension), now });
  return marked;
}

async function storeEmbeddings(sql: Sql, batch: readonly StoredEmbedding[], now: number) {
  const wanted = await readWanted(sql);
  const { models, dimension } = wanted;
  for (const { embedding, imageId } of batch) checkEmbedding(embedding, dimension, imageId);
  const params = { ...toBatch(batch, dimension), now };
  const stored = [...(await storeWaiting(sql, batch, wanted, now)), ...(await sql.all(STORE_EMBEDDINGS, params))];
  // A row that is alone with its bytes has nobody to share with, and most are.
  const sources = stored.filter((row) => row.is_source === 1);
  return { written: idsOf(stored), shared: await shareEmbeddings(sql, idsOf(sources), { models, now }) };
}

function toFailureRow(failure: ClipFailure, now: number): readonly (string | number | null)[] {
  if (failure.final && failure.errorClass !== 'photo')
    throw new TypeError(`image ${failure.imageId}: a failure of class ${failure.errorClass} is never final`);
  return [
    failure.imageId,
    failure.contentHash,
    failure.token,
    failure.errorClass,
    failure.reason,
    failure.message.slice(0, LONGEST_MESSAGE),
    failure.final ? 1 : 0,
    failure.countsAttempt ? 1 : 0,
    failure.nextAttemptAt ?? now,
    failure.decoderVersion,
  ];
}

export function createOutcomeDao({ lane, now, announce }: DaoContext): OutcomeDao {
  return {
    async backfillClipEmbeddings(batch) {
      if (batch.length === 0) return NOTHING;
      const { written, shared } = await lane.write((sql) => storeEmbeddings(sql, batch, now()));
      announce([...written, ...shared]);
      return { written: written.length, stale: batch.length - written.length, shared: shared.length };
    },
    async recordClipFailures(batch) {
      if (batch.length === 0) return NOTHING;
      const rows = JSON.stringify(batch.map((failure) => toFailureRow(failure, now())));
      return lane.write(async (sql) => {
        const { models } = await readWanted(sql);
        const written = idsOf(await sql.all(STORE_FAILURES, { batch: rows, ...models }));
        const shared = await shareFailures(sql, written, models);
        return { written: written.length, stale: batch.length - written.length, shared: shared.length };
      });
    },
  };
}
