import type { PagedRow } from './claim-plan.js';
import { idsOf } from './dao-context.js';
import { COPY_EMBEDDINGS, COPY_TROUBLE, FIND_PENDING_TWINS, FIND_SOURCES, FIND_TROUBLE } from './sql/equal-bytes.js';
import type { Sql } from './sqlite-connection.js';

/** Rows that one transaction may touch besides its own: a thousand copies of a picture must not hold up the other writers. */
const SHARE_LIMIT = 256;

interface SourceRow {
  readonly [column: string]: unknown;
  readonly content_hash: string;
  readonly source: number | null;
}

interface PairRow {
  readonly [column: string]: unknown;
  readonly target: number;
  readonly source: number;
}

function hashesOf(rows: readonly PagedRow[]): string {
  return JSON.stringify([...new Set(rows.map(({ contentHash }) => contentHash))]);
}

/** @returns target and source of every row whose bytes have one, itself left out */
function pairUp(rows: readonly PagedRow[], found: readonly SourceRow[]): readonly (readonly [number, number])[] {
  const sources = new Map(found.map((row) => [row.content_hash, row.source]));
  return rows.flatMap(({ id, contentHash }) => {
    const source = sources.get(contentHash);
    return typeof source === 'number' && source !== id ? [[id, source] as const] : [];
  });
}

async function copyPairs(sql: Sql, pairs: readonly (readonly [number, number])[], now: number): Promise<number[]> {
  if (pairs.length === 0) return [];
  return idsOf(await sql.all(COPY_EMBEDDINGS, { pairs: JSON.stringify(pairs), now }));
}

async function copyTrouble(sql: Sql, pairs: readonly (readonly [number, number])[]): Promise<number[]> {
  if (pairs.length === 0) return [];
  return idsOf(await sql.all(COPY_TROUBLE, { pairs: JSON.stringify(pairs) }));
}

export interface KnownBytes {
  /** Rows that took an embedding just now. */
  readonly copied: readonly number[];
  /** Rows that need no encode; more than `copied` when there are more than one transaction may touch. */
  readonly known: readonly number[];
}

/** Rows whose bytes have an embedding take it. */
export async function copyKnownEmbeddings(
  sql: Sql,
  rows: readonly PagedRow[],
  { modelVersion, now }: { readonly modelVersion: string | null; readonly now: number },
): Promise<KnownBytes> {
  if (rows.length === 0 || modelVersion === null) return { copied: [], known: [] };
  const found = await sql.all<SourceRow, 'hashes' | 'modelVersion'>(FIND_SOURCES, {
    hashes: hashesOf(rows),
    modelVersion,
  });
  const pairs = pairUp(rows, found);
  const copied = await copyPairs(sql, pairs.slice(0, SHARE_LIMIT), now);
  return { copied, known: pairs.map(([target]) => target) };
}

/** Rows whose bytes have a bad name take it over: they are not tried again for it. @returns their ids */
export async function adoptTrouble(sql: Sql, rows: readonly PagedRow[]): Promise<number[]> {
  if (rows.length === 0) return [];
  const found = await sql.all<SourceRow, 'hashes'>(FIND_TROUBLE, { hashes: hashesOf(rows) });
  return copyTrouble(sql, pairUp(rows, found));
}

async function findPendingTwins(sql: Sql, ids: readonly number[]): Promise<readonly (readonly [number, number])[]> {
  const twins = { ids: JSON.stringify(ids), limit: SHARE_LIMIT };
  const rows = await sql.all<PairRow, 'ids' | 'limit'>(FIND_PENDING_TWINS, twins);
  return rows.map(({ target, source }) => [target, source] as const);
}

/** An embedding goes to pending rows of equal bytes; those beyond the limit are met by the next claims. */
export async function shareEmbeddings(sql: Sql, ids: readonly number[], now: number): Promise<number[]> {
  return ids.length === 0 ? [] : copyPairs(sql, await findPendingTwins(sql, ids), now);
}

/** A verdict likewise. */
export async function shareFailures(sql: Sql, ids: readonly number[]): Promise<number[]> {
  return ids.length === 0 ? [] : copyTrouble(sql, await findPendingTwins(sql, ids));
}
