import { pairOf, readClipState } from '../clip-state.js';
import { chunks, type DaoContext, idsOf, ROWS_AT_ONCE } from '../dao-context.js';
import type { Sql } from '../dialect.js';
import { checkRelPath } from '../rel-path.js';
import { FIND_KNOWN_FILES } from '../sql/known-files.js';
import { UPSERT_PHOTOS } from '../sql/upsert-photos.js';
import type { RowOf } from '../statement.js';
import { copyKnownEmbeddings } from './equal-bytes.js';
import type { ScanDao } from './image-scan-types.js';
import type { PhotoFacts } from './image-types.js';

type StoredRow = RowOf<typeof UPSERT_PHOTOS>;

const NO_PHOTOS = { added: 0, changed: 0, unchanged: 0 };

/** In the order that the statement names its columns. */
function toPhotoRow(photo: PhotoFacts): readonly (string | number | null)[] {
  checkRelPath(photo.relPath);
  return [
    photo.relPath,
    photo.fileSize,
    photo.modifiedAtMs,
    photo.contentHash,
    photo.mediaType,
    photo.width,
    photo.height,
    photo.orientation,
    photo.takenAt,
    photo.takenAtOffsetMin,
    photo.takenAt ?? photo.modifiedAtMs,
    photo.cameraMake,
    photo.cameraModel,
    photo.lensModel,
    photo.iso,
    photo.aperture,
    photo.exposureS,
    photo.focalLengthMm,
    photo.gpsLatitude,
    photo.gpsLongitude,
    photo.changedAtMs,
    photo.inode,
    photo.skipReason,
  ];
}

/** New names of known bytes take the embedding that is there: copies, moves and returned libraries cost no encode. */
async function copyToNewNames(sql: Sql, stored: readonly StoredRow[], now: number): Promise<readonly number[]> {
  const rows = stored
    .filter((row) => row.clip_status === 'pending')
    .map((row) => ({ id: row.id, contentHash: row.content_hash }));
  const models = pairOf(await readClipState(sql));
  if (models === null) return [];
  return (await copyKnownEmbeddings(sql, rows, { models, now, ofActive: true })).copied;
}

function countChanges(known: readonly RowOf<typeof FIND_KNOWN_FILES>[], photos: readonly PhotoFacts[]) {
  const hashes = new Map(known.map((row) => [row.rel_path, row.content_hash]));
  const counts = { ...NO_PHOTOS };
  for (const { relPath, contentHash } of photos) {
    const before = hashes.get(relPath);
    if (before === undefined) counts.added += 1;
    else if (before === contentHash) counts.unchanged += 1;
    else counts.changed += 1;
  }
  return counts;
}

/** What a scan found goes into the table. */
export function createScanDao({ lane, now, announce }: DaoContext): Pick<ScanDao, 'upsertPhotos'> {
  function upsertBatch(libraryId: number, photos: readonly PhotoFacts[]) {
    const rows = JSON.stringify(photos.map(toPhotoRow));
    const paths = JSON.stringify(photos.map(({ relPath }) => relPath));
    return lane.write(async (sql) => {
      const known = await sql.all(FIND_KNOWN_FILES, { libraryId, paths });
      const stored = await sql.all(UPSERT_PHOTOS, { libraryId, photos: rows });
      const copied = await copyToNewNames(sql, stored, now());
      const encoded = stored.filter((row) => row.clip_status === 'encoded');
      // Facts of rows with a vector may have changed too, and the search filters by them.
      return { counts: countChanges(known, photos), searchable: [...idsOf(encoded), ...copied] };
    });
  }

  return {
    async upsertPhotos(libraryId, photos) {
      const total = { ...NO_PHOTOS };
      for (const batch of chunks(photos, ROWS_AT_ONCE)) {
        const { counts, searchable } = await upsertBatch(libraryId, batch);
        announce(searchable);
        total.added += counts.added;
        total.changed += counts.changed;
        total.unchanged += counts.unchanged;
      }
      return total;
    },
  };
}
