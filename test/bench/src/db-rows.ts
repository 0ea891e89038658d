/** The rows of the database benchmarks, and the steps that a drain makes with them. */
import { createHash } from 'node:crypto';
import { type ClipClaim, type Database, openDatabase, type PhotoFacts, type StoredEmbedding } from '@clip-watch/db';

/** Rows of one claim: the drain's own page. */
export const PAGE = 256;
const WRITE_BATCH = 100;
const SCAN_BATCH = 1000;
const MODEL = { version: 'bench-model', name: 'bench', dimension: 512 } as const;
const EMBEDDING: Float32Array = new Float32Array(MODEL.dimension).fill(MODEL.dimension ** -0.5);

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
    changedAtMs: null,
    inode: null,
    skipReason: null,
  };
}

export interface Backlog extends AsyncDisposable {
  readonly database: Database;
  claim(): Promise<ClipClaim>;
  /** Writes claims back as the drain does: 100 rows a transaction, what is left over with the next ones. */
  finish(claim: ClipClaim): Promise<void>;
  pending(): Promise<number>;
}

/** Opens what `makeBacklog` made. */
export async function openBacklog(file: string): Promise<Backlog> {
  const database = await openDatabase({ url: `file:${file}` });
  const { images } = database;
  const [library] = await database.libraries.list();
  const libraryId = library?.id ?? 0;
  let waiting: readonly StoredEmbedding[] = [];
  const request = { libraryId, limit: PAGE, owner: 'bench', leaseMs: 3_600_000, wantedModelVersion: MODEL.version };
  return {
    database,
    claim: () => images.claimClipCandidates(request),
    pending: async () => (await images.counters(libraryId)).pending,
    async finish({ token, candidates }) {
      const rows = candidates.map(({ id, contentHash }) => ({
        imageId: id,
        contentHash,
        token,
        modelVersion: MODEL.version,
        embedding: EMBEDDING,
        quality: 'full' as const,
        decoderVersion: 'd',
      }));
      waiting = [...waiting, ...rows];
      for (; waiting.length >= WRITE_BATCH; waiting = waiting.slice(WRITE_BATCH))
        await images.backfillClipEmbeddings(waiting.slice(0, WRITE_BATCH));
    },
    [Symbol.asyncDispose]: () => database.close(),
  };
}

/** A new database with so many photos that nobody tried yet. */
export async function makeBacklog(file: string, rows: number): Promise<void> {
  await using database = await openDatabase({ url: `file:${file}` });
  const { id } = await database.libraries.add({
    name: 'bench',
    rootPath: '/bench',
    excludedDirs: [],
    rootIdentity: null,
  });
  await database.clipState.pin(MODEL);
  for (let at = 0; at < rows; at += SCAN_BATCH) {
    const length = Math.min(SCAN_BATCH, rows - at);
    await database.images.upsertPhotos(
      id,
      Array.from({ length }, (_value, offset) => photo(at + offset)),
    );
  }
}
