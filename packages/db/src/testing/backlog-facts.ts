import type { ClipModelState } from '../database-types.js';
import type { ImageRow } from '../images/image-types.js';
import { MODELS } from './backlog-steps.js';
import { hasOutcomeIn, hasVectorIn, hold, isVerdict, readRows, type World } from './backlog-world.js';
import { collect, vectorOf } from './rows.js';

async function checkCounters(world: World, rows: readonly ImageRow[], state: ClipModelState): Promise<void> {
  const { images, libraryId } = world;
  const seen = rows.filter((row) => row.missingSince === null);
  const count = (status: string): number => seen.filter((row) => row.clip.status === status).length;
  const encoded = seen.filter((row) => row.clip.status === 'encoded');
  const counters = await images.counters(libraryId);
  const counted = {
    photos: seen.length,
    encoded: encoded.length,
    searchable: encoded.filter((row) => hasOutcomeIn(row, state.activeModelVersion)).length,
    outdated: encoded.filter((row) => !hasOutcomeIn(row, state.wantedModelVersion)).length,
    pending: count('pending'),
    failed: count('failed'),
    skipped: count('skipped'),
    missing: rows.length - seen.length,
    preview: 0,
    low: 0,
  };
  hold(JSON.stringify(counters) === JSON.stringify(counted), `counters ${JSON.stringify({ counters, counted })}`);
  const troubled = seen.filter((row) => row.clip.errorClass !== null).length;
  const grouped = (await images.failureGroups(libraryId)).reduce((sum, group) => sum + group.count, 0);
  hold(grouped === troubled, `${grouped} rows in groups of failures, ${troubled} rows with one`);
}

function checkRow(world: World, row: ImageRow, state: ClipModelState): void {
  const { condemned, tried } = world;
  const { clip } = row;
  hold(!isVerdict(row) || condemned.has(row.contentHash), `${row.relPath} failed without a final verdict`);
  hold(
    clip.status !== 'pending' || clip.errorClass === null || clip.nextAttemptAt !== null,
    `${row.relPath} has no wait`,
  );
  const isDue =
    clip.status === 'pending' || (clip.status === 'encoded' && !hasOutcomeIn(row, state.wantedModelVersion));
  hold(isDue || clip.claimedUntil === null, `${row.relPath} is ${clip.status} and claimed`);
  const mayWait = clip.status === 'encoded' || clip.status === 'skipped';
  hold(mayWait || clip.nextModelVersion === null, `${row.relPath} is ${clip.status} and waits for a change`);
  const isWaiting = clip.status === 'encoded' && clip.nextAttemptAt !== null;
  hold(!isWaiting || clip.nextModelVersion !== null, `${row.relPath} waits for no model`);
  hold(clip.attempts <= (tried.get(row.contentHash) ?? 0), `${row.relPath} counts ${clip.attempts} attempts`);
  hold(clip.status !== 'encoded' || clip.modelVersion !== null, `${row.relPath} is encoded in no model`);
  hold((clip.status === 'skipped') === (row.skipReason !== null), `${row.relPath}: skipped without a reason`);
}

async function checkVector({ images }: World, row: ImageRow, model: string, isThere: boolean): Promise<void> {
  const found = await images.findEmbedding(row.id, model);
  hold((found !== null) === isThere, `${row.relPath}: a vector of ${model} without its mark, or the reverse`);
  if (found === null) return;
  hold(found.embedding.join() === vectorOf(row.contentHash, model).join(), `${row.relPath} has another vector`);
}

async function checkVectors(world: World, rows: readonly ImageRow[], state: ClipModelState): Promise<void> {
  const { images } = world;
  for (const row of rows) for (const model of MODELS) await checkVector(world, row, model, hasVectorIn(row, model));
  const model = state.activeModelVersion ?? '';
  const streamed = await collect(images.streamEmbeddings({ modelVersion: model }));
  const searchable = rows.filter(
    (row) => row.clip.status === 'encoded' && row.missingSince === null && hasVectorIn(row, model),
  );
  hold(
    streamed.map(({ id }) => id).join() ===
      [...searchable]
        .map(({ id }) => id)
        .sort((a, b) => a - b)
        .join(),
    'searchable rows',
  );
  const hashes = new Map(rows.map((row) => [row.id, row.contentHash]));
  for (const { id, embedding } of streamed)
    hold(embedding.join() === vectorOf(hashes.get(id) ?? '', model).join(), `row ${id} is searched by another model`);
}

function checkFlight(rows: readonly ImageRow[]): void {
  const flying = rows.filter((row) => row.clip.claimedUntil !== null).map((row) => row.contentHash);
  hold(new Set(flying).size === flying.length, 'equal bytes are in flight twice');
}

/** What is true of the table after every step. */
export async function checkFacts(world: World): Promise<void> {
  const rows = await readRows(world);
  const state = await world.clipState.read();
  for (const row of rows) checkRow(world, row, state);
  checkFlight(rows);
  await checkVectors(world, rows, state);
  await checkCounters(world, rows, state);
}
