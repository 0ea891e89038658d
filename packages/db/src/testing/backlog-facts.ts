import type { ClipClaim } from '../claim-types.js';
import type { ImageRow } from '../image-types.js';
import { hold, readRows, type World } from './backlog-world.js';
import { MODEL } from './open-test-database.js';
import { collect, embeddingOf } from './rows.js';

async function checkCounters(world: World, rows: readonly ImageRow[]): Promise<void> {
  const { images, libraryId } = world;
  const seen = rows.filter((row) => row.missingSince === null);
  const count = (status: string): number => seen.filter((row) => row.clip.status === status).length;
  const counters = await images.counters(libraryId);
  const counted = {
    photos: seen.length,
    encoded: count('encoded'),
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

function checkRow(world: World, row: ImageRow): void {
  const { condemned, tried } = world;
  const { clip } = row;
  hold(clip.status !== 'failed' || condemned.has(row.contentHash), `${row.relPath} failed without a final verdict`);
  hold(
    clip.status !== 'pending' || clip.errorClass === null || clip.nextAttemptAt !== null,
    `${row.relPath} has no wait`,
  );
  hold(clip.status === 'pending' || clip.claimedUntil === null, `${row.relPath} is ${clip.status} and claimed`);
  hold(clip.attempts <= (tried.get(row.contentHash) ?? 0), `${row.relPath} counts ${clip.attempts} attempts`);
  hold(clip.status !== 'encoded' || clip.modelVersion === MODEL.version, `${row.relPath} is in a foreign model`);
  hold((clip.status === 'skipped') === (row.skipReason !== null), `${row.relPath}: skipped without a reason`);
}

async function checkVectors(world: World, rows: readonly ImageRow[]): Promise<void> {
  const { images } = world;
  for (const row of rows) {
    const found = await images.findEmbedding(row.id);
    hold((found !== null) === (row.clip.modelVersion !== null), `${row.relPath}: vector without model, or the reverse`);
    hold(row.clip.status !== 'encoded' || found !== null, `${row.relPath} is encoded and has no vector`);
    if (found === null) continue;
    const own = embeddingOf({ token: '' } as ClipClaim, row).embedding; // only its bytes count
    hold(found.embedding.join() === own.join(), `${row.relPath} has the vector of other bytes`);
  }
  const streamed = await collect(images.streamEmbeddings({ modelVersion: MODEL.version }));
  const searchable = rows.filter((row) => row.clip.status === 'encoded' && row.missingSince === null);
  hold(
    streamed.map(({ id }) => id).join() ===
      [...searchable]
        .map(({ id }) => id)
        .sort((a, b) => a - b)
        .join(),
    'searchable rows',
  );
}

function checkFlight(rows: readonly ImageRow[]): void {
  const flying = rows.filter((row) => row.clip.claimedUntil !== null).map((row) => row.contentHash);
  hold(new Set(flying).size === flying.length, 'equal bytes are in flight twice');
}

/** What is true of the table after every step. */
export async function checkFacts(world: World): Promise<void> {
  const rows = await readRows(world);
  for (const row of rows) checkRow(world, row);
  checkFlight(rows);
  await checkVectors(world, rows);
  await checkCounters(world, rows);
}
