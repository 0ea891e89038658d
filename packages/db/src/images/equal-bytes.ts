import type { ModelPair } from '../clip-state.js';
import { idsOf } from '../dao-context.js';
import type { Sql } from '../dialect.js';
import { COPY_EMBEDDINGS, COPY_TROUBLE, MARK_COPIES, STORE_COPIES } from '../sql/copy-equal.js';
import { FIND_DUE_TWINS, FIND_SOURCES, FIND_TROUBLE } from '../sql/find-equal.js';
import { FIND_KEPT, MARK_KEPT, STORE_KEPT, TAKE_KEPT } from '../sql/kept-embeddings.js';
import type { RowOf } from '../statement.js';
import type { PagedRow } from './claim-plan.js';

/** Rows that one transaction may touch besides its own: a thousand copies of a picture must not hold up the other writers. */
const SHARE_LIMIT = 256;

function hashesOf(rows: readonly PagedRow[]): string {
  return JSON.stringify([...new Set(rows.map(({ contentHash }) => contentHash))]);
}

/** @returns target and source of every row whose bytes have one, itself left out */
function pairUp(
  rows: readonly PagedRow[],
  found: readonly RowOf<typeof FIND_SOURCES>[],
): readonly (readonly [number, number])[] {
  const sources = new Map(found.map((row) => [row.content_hash, row.source]));
  return rows.flatMap(({ id, contentHash }) => {
    const source = sources.get(contentHash);
    return typeof source === 'number' && source !== id ? [[id, source] as const] : [];
  });
}

type Pairs = readonly (readonly [target: number, source: number])[];

/** Rows whose vector of before is still searched keep it: theirs waits. The others take the vector of this model as their own. */
async function copyPairs(sql: Sql, pairs: Pairs, modelVersion: string, known: KnownModels): Promise<number[]> {
  if (pairs.length === 0) return [];
  const { active, wanted } = known.models;
  const params = { pairs: JSON.stringify(pairs), active, wanted };
  const own = await sql.all(COPY_EMBEDDINGS, { ...params, modelVersion, now: known.now });
  if (modelVersion !== wanted || active === wanted) return idsOf(own);
  const waiting = idsOf(await sql.all(MARK_COPIES, params));
  await sql.run(STORE_COPIES, { pairs: params.pairs, ids: JSON.stringify(waiting), wanted, now: known.now });
  return [...idsOf(own), ...waiting];
}

async function copyTrouble(sql: Sql, pairs: Pairs, models: ModelPair): Promise<number[]> {
  if (pairs.length === 0) return [];
  return idsOf(await sql.all(COPY_TROUBLE, { pairs: JSON.stringify(pairs), ...models }));
}

interface KnownModels {
  readonly models: ModelPair;
  readonly now: number;
}

export interface KnownBytes {
  /** Rows that took an embedding just now. */
  readonly copied: readonly number[];
  /** Rows that need no encode; more than `copied` when there are more than one transaction may touch. */
  readonly known: readonly number[];
}

async function copyOf(
  sql: Sql,
  rows: readonly PagedRow[],
  modelVersion: string,
  known: KnownModels,
): Promise<KnownBytes> {
  const params = { hashes: hashesOf(rows), modelVersion };
  const pairs = pairUp(rows, await sql.all(FIND_SOURCES, params));
  const copied = await copyPairs(sql, pairs.slice(0, SHARE_LIMIT), modelVersion, known);
  const paired = pairs.map(([target]) => target);
  const kept = await takeKept(sql, without(rows, paired), modelVersion, known);
  return { copied: [...copied, ...kept.copied], known: [...paired, ...kept.known] };
}

function without(rows: readonly PagedRow[], ids: readonly number[]): number[] {
  const left = new Set(idsOf(rows));
  for (const id of ids) left.delete(id);
  return [...left];
}

/** The same with vectors of rows that were removed: no row has these bytes now, but one had. */
async function takeKept(
  sql: Sql,
  ids: readonly number[],
  modelVersion: string,
  { models, now }: KnownModels,
): Promise<KnownBytes> {
  const { active, wanted } = models;
  const asked = { ids: JSON.stringify(ids), modelVersion, now };
  const known = idsOf(await sql.all(FIND_KEPT, asked));
  if (known.length === 0) return { copied: [], known };
  const params = { ids: JSON.stringify(known.slice(0, SHARE_LIMIT)), modelVersion, now, active, wanted };
  const own = idsOf(await sql.all(TAKE_KEPT, params));
  if (modelVersion !== wanted || active === wanted) return { copied: own, known };
  const waiting = idsOf(await sql.all(MARK_KEPT, params));
  await sql.run(STORE_KEPT, { ids: JSON.stringify(waiting), modelVersion, now });
  return { copied: [...own, ...waiting], known };
}

/**
 * Rows whose bytes have an embedding take it.
 * @param known `ofActive`: also one of the model that is searched, while another is wanted; a new name of known bytes is
 * found at once then, and is encoded anew with the others
 */
export async function copyKnownEmbeddings(
  sql: Sql,
  rows: readonly PagedRow[],
  known: KnownModels & { readonly ofActive: boolean },
): Promise<KnownBytes> {
  const { active, wanted } = known.models;
  if (rows.length === 0) return { copied: [], known: [] };
  const searched = known.ofActive && active !== wanted ? await copyOf(sql, rows, active, known) : undefined;
  const encoded = await copyOf(sql, rows, wanted, known);
  if (searched === undefined) return encoded;
  return {
    copied: [...new Set([...searched.copied, ...encoded.copied])],
    known: [...new Set([...searched.known, ...encoded.known])],
  };
}

/** Rows whose bytes have a bad name take it over: they are not tried again for it. @returns their ids */
export async function adoptTrouble(sql: Sql, rows: readonly PagedRow[], models: ModelPair): Promise<number[]> {
  if (rows.length === 0) return [];
  const found = await sql.all(FIND_TROUBLE, { hashes: hashesOf(rows) });
  return copyTrouble(sql, pairUp(rows, found), models);
}

async function findDueTwins(sql: Sql, ids: readonly number[], { wanted }: ModelPair): Promise<Pairs> {
  const twins = { ids: JSON.stringify(ids), wanted, limit: SHARE_LIMIT };
  const rows = await sql.all(FIND_DUE_TWINS, twins);
  return rows.map(({ target, source }) => [target, source] as const);
}

/** An embedding goes to due rows of equal bytes; those beyond the limit are met by the next claims. */
export async function shareEmbeddings(sql: Sql, ids: readonly number[], known: KnownModels): Promise<number[]> {
  if (ids.length === 0) return [];
  return copyPairs(sql, await findDueTwins(sql, ids, known.models), known.models.wanted, known);
}

/** A verdict likewise. */
export async function shareFailures(sql: Sql, ids: readonly number[], models: ModelPair): Promise<number[]> {
  return ids.length === 0 ? [] : copyTrouble(sql, await findDueTwins(sql, ids, models), models);
}
