// Claims, write-back and the event loop on a backlog of a million rows, as ratios of one run.
// `node dist/db-backlog.js [ROWS]`; the default takes a few minutes, most of it to make the rows.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { type ClipClaim, type Database, openDatabase, type PhotoFacts } from '@clip-watch/db';

const ROWS = Number(process.argv[2] ?? 1_000_000);
const PAGE = 256;
const ROUNDS = 100;
const DIMENSION = 512;
const MODEL = 'bench-model';
const SCAN_BATCH = 1000;

function photo(at: number): PhotoFacts {
  return {
    relPath: `${Math.floor(at / 1000)}/IMG_${at}.jpg`,
    fileSize: 3_000_000,
    modifiedAtMs: 1_600_000_000_000 + at * 1000,
    contentHash: createHash('sha256').update(String(at)).digest('hex'),
    mediaType: 'image/jpeg',
    width: 4000,
    height: 3000,
    orientation: 1,
    takenAt: null,
    takenAtOffsetMin: null,
    cameraMake: 'Canon',
    cameraModel: 'Canon EOS R5',
    lensModel: null,
    iso: 100,
    aperture: 2.8,
    exposureS: 0.01,
    focalLengthMm: 35,
    gpsLatitude: null,
    gpsLongitude: null,
    skipReason: null,
  };
}

function quantile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
}

async function addPhotos({ images }: Database, libraryId: number): Promise<void> {
  for (let at = 0; at < ROWS; at += SCAN_BATCH)
    await images.upsertPhotos(
      libraryId,
      Array.from({ length: Math.min(SCAN_BATCH, ROWS - at) }, (_value, offset) => photo(at + offset)),
    );
}

function claimPage({ images }: Database, libraryId: number): Promise<ClipClaim> {
  return images.claimClipCandidates({
    libraryId,
    limit: PAGE,
    owner: 'bench',
    leaseMs: 3_600_000,
    wantedModelVersion: MODEL,
  });
}

/** Claims and gives back, so that each round meets the same rows. */
async function timeClaims(database: Database, libraryId: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    const claim = await claimPage(database, libraryId);
    times.push(performance.now() - start);
    await database.images.releaseClaims(claim.token);
  }
  return times;
}

async function finish({ images }: Database, claim: ClipClaim, embedding: Float32Array): Promise<number> {
  const start = performance.now();
  for (let at = 0; at < claim.candidates.length; at += 100)
    await images.backfillClipEmbeddings(
      claim.candidates.slice(at, at + 100).map(({ id, contentHash }) => ({
        imageId: id,
        contentHash,
        token: claim.token,
        modelVersion: MODEL,
        embedding,
        quality: 'full',
        decoderVersion: 'd',
      })),
    );
  return performance.now() - start;
}

/** Finishes rows until so many are left. @returns rows a second in the write-back alone */
async function finishUntil(database: Database, libraryId: number, left: number): Promise<number> {
  const embedding = new Float32Array(DIMENSION).fill(DIMENSION ** -0.5);
  let rows = 0;
  let time = 0;
  for (;;) {
    const { pending } = await database.images.counters(libraryId);
    if (pending <= left) return (rows / time) * 1000;
    const claim = await claimPage(database, libraryId);
    time += await finish(database, claim, embedding);
    rows += claim.candidates.length;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'clip-watch-bench-'));
const database = await openDatabase({ url: `file:${join(folder, 'bench.db')}` });
try {
  const { id } = await database.libraries.add({ name: 'bench', rootPath: '/bench', excludedDirs: [] });
  await database.clipState.pin({ version: MODEL, name: 'bench', dimension: DIMENSION });
  await addPhotos(database, id);
  const first = await timeClaims(database, id);
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const rate = await finishUntil(database, id, 2 * PAGE);
  loop.disable();
  const last = await timeClaims(database, id);
  const lines = [
    `rows ${ROWS}`,
    `claim of ${PAGE} at row 1: p50 ${quantile(first, 0.5).toFixed(2)} ms, p99 ${quantile(first, 0.99).toFixed(2)} ms`,
    `claim of ${PAGE} at the last rows: p50 ${quantile(last, 0.5).toFixed(2)} ms, p99 ${quantile(last, 0.99).toFixed(2)} ms`,
    `last / first: ${(quantile(last, 0.5) / quantile(first, 0.5)).toFixed(2)} (bound 1.2)`,
    `write-back: ${rate.toFixed(0)} embeddings/s with synchronous=FULL (bound 20000)`,
    `event loop during it: p99 ${(loop.percentile(99) / 1e6).toFixed(1)} ms, longest ${(loop.max / 1e6).toFixed(1)} ms (bound p99 20)`,
    `resident: ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
} finally {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
}
