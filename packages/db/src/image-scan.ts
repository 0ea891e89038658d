import { pairOf, readClipState } from './clip-state.js';
import { chunks, type DaoContext, idsOf, ROWS_AT_ONCE } from './dao-context.js';
import type { Sql } from './dialect.js';
import { copyKnownEmbeddings } from './equal-bytes.js';
import type { ImageExifDao } from './image-exif-dao-types.js';
import type { ClipStatus, KnownFile, PhotoFacts } from './image-types.js';
import { checkRelPath } from './rel-path.js';
import { KEEP_EMBEDDINGS, KEEP_WAITING, PURGE_KEPT } from './sql/kept-embeddings.js';
import {
  COUNT_MOVED,
  FIND_ID_RANGE,
  FIND_KNOWN_FILES,
  NOTE_INODES,
  PAGE_KNOWN_FILES,
  SAMPLE_KNOWN_FILES,
} from './sql/known-files.js';
import { MARK_MISSING, MARK_SEEN, PAGE_LONG_MISSING, REMOVE_ROWS } from './sql/missing-rows.js';
import { PAGE_FOR_EXCLUSION, SET_SKIPPED } from './sql/skipped-rows.js';
import { UPSERT_PHOTOS } from './sql/upsert-photos.js';
import type { RowOf } from './statement.js';

type ScanDao = Pick<
  ImageExifDao,
  | 'pageKnownFiles'
  | 'sampleKnownFiles'
  | 'findKnownFiles'
  | 'upsertPhotos'
  | 'markMissing'
  | 'markSeen'
  | 'removeMissing'
  | 'purgeKeptEmbeddings'
  | 'noteInodes'
  | 'newestId'
  | 'countMoved'
  | 'pageForExclusion'
  | 'setSkipped'
>;

type KnownFileRow = RowOf<typeof FIND_KNOWN_FILES>;
type StatusRow = RowOf<typeof MARK_SEEN>;

/** How long the vector of a removed row is kept: a mistake that is noticed within a year costs no encode. */
const KEEP_VECTORS_MS = 365 * 24 * 3_600_000;
const NO_PHOTOS = { added: 0, changed: 0, unchanged: 0 };

function toKnownFile(row: KnownFileRow): KnownFile {
  return {
    id: row.id,
    relPath: row.rel_path,
    fileSize: row.file_size,
    modifiedAtMs: row.modified_at_ms,
    changedAtMs: row.changed_at_ms,
    inode: row.inode,
    contentHash: row.content_hash,
    missingSince: row.missing_since,
  };
}

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

function idsWith(rows: readonly StatusRow[], status: ClipStatus): number[] {
  return idsOf(rows.filter((row) => row.clip_status === status));
}

/** New names of known bytes take the embedding that is there: copies, moves and returned libraries cost no encode. */
async function copyToNewNames(sql: Sql, stored: readonly RowOf<typeof UPSERT_PHOTOS>[], now: number): Promise<readonly number[]> {
  const rows = stored
    .filter((row) => row.clip_status === 'pending')
    .map((row) => ({ id: row.id, contentHash: row.content_hash }));
  const models = pairOf(await readClipState(sql));
  if (models === null) return [];
  return (await copyKnownEmbeddings(sql, rows, { models, now, ofActive: true })).copied;
}

function countChanges(known: readonly KnownFileRow[], photos: readonly PhotoFacts[]) {
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

async function removePage(
  sql: Sql,
  page: { readonly libraryId: number; readonly before: number; readonly limit: number },
  until: number,
): Promise<number> {
  const rows = await sql.all(PAGE_LONG_MISSING, page);
  const ids = JSON.stringify(idsOf(rows));
  await sql.run(KEEP_EMBEDDINGS, { ids, until });
  await sql.run(KEEP_WAITING, { ids, until });
  return sql.run(REMOVE_ROWS, { ids });
}

async function findIdRange(sql: Sql, libraryId: number): Promise<RowOf<typeof FIND_ID_RANGE>> {
  const [range] = await sql.all(FIND_ID_RANGE, { libraryId });
  return range ?? { first_id: null, last_id: null };
}

async function samplePage(sql: Sql, libraryId: number, limit: number): Promise<readonly KnownFileRow[]> {
  const { first_id: first, last_id: last } = await findIdRange(sql, libraryId);
  if (first === null || last === null) return [];
  const step = (last - first + 1) / limit;
  const spots = JSON.stringify(Array.from({ length: limit }, (_, at) => first + Math.floor(at * step)));
  return sql.all(SAMPLE_KNOWN_FILES, { libraryId, spots });
}

export function createScanDao({ lane, now, announce }: DaoContext): ScanDao {
  function upsertBatch(libraryId: number, photos: readonly PhotoFacts[]) {
    const rows = JSON.stringify(photos.map(toPhotoRow));
    const paths = JSON.stringify(photos.map(({ relPath }) => relPath));
    return lane.write(async (sql) => {
      const known = await sql.all(FIND_KNOWN_FILES, { libraryId, paths });
      const stored = await sql.all(UPSERT_PHOTOS, { libraryId, photos: rows });
      const copied = await copyToNewNames(sql, stored, now());
      // Facts of rows with a vector may have changed too, and the search filters by them.
      return { counts: countChanges(known, photos), searchable: [...idsWith(stored, 'encoded'), ...copied] };
    });
  }

  /** Runs one statement over many ids, a batch a transaction, and tells of the rows that are searchable again. */
  async function inBatches<T>(
    items: readonly T[],
    change: (sql: Sql, batch: string) => Promise<readonly StatusRow[]>,
  ): Promise<void> {
    for (const batch of chunks(items, ROWS_AT_ONCE)) {
      const rows = await lane.write((sql) => change(sql, JSON.stringify(batch)));
      announce(idsWith(rows, 'encoded'));
    }
  }

  return {
    async pageKnownFiles({ libraryId, after, limit }) {
      const page = { libraryId, after: after ?? '', limit };
      const rows = await lane.read((sql) => sql.all(PAGE_KNOWN_FILES, page));
      return rows.map(toKnownFile);
    },
    async sampleKnownFiles(libraryId, limit) {
      return (await lane.read((sql) => samplePage(sql, libraryId, limit))).map(toKnownFile);
    },
    async findKnownFiles(libraryId, relPaths) {
      const found = { libraryId, paths: JSON.stringify(relPaths) };
      const rows = await lane.read((sql) => sql.all(FIND_KNOWN_FILES, found));
      return rows.map(toKnownFile);
    },
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
    markMissing: (ids, at) =>
      inBatches(ids, async (sql, batch) => {
        await sql.run(MARK_MISSING, { ids: batch, now: at });
        return [];
      }),
    markSeen: (ids) => inBatches(ids, (sql, batch) => sql.all(MARK_SEEN, { ids: batch })),
    async removeMissing(libraryId, missingBefore) {
      let removed = 0;
      for (;;) {
        const page = { libraryId, before: missingBefore, limit: ROWS_AT_ONCE };
        const changed = await lane.write((sql) => removePage(sql, page, now() + KEEP_VECTORS_MS));
        removed += changed;
        if (changed < ROWS_AT_ONCE) return removed;
      }
    },
    async purgeKeptEmbeddings() {
      let purged = 0;
      for (;;) {
        const changed = await lane.write((sql) => sql.run(PURGE_KEPT, { now: now(), limit: ROWS_AT_ONCE }));
        purged += changed;
        if (changed < ROWS_AT_ONCE) return purged;
      }
    },
    noteInodes: (files) =>
      inBatches(
        files.map(({ id, changedAtMs, inode }) => [id, changedAtMs, inode]),
        async (sql, batch) => {
          await sql.run(NOTE_INODES, { files: batch });
          return [];
        },
      ),
    async newestId(libraryId) {
      return (await lane.read((sql) => findIdRange(sql, libraryId))).last_id ?? 0;
    },
    async countMoved({ libraryId, ids, newerThan, except }) {
      let moved = 0;
      const rest = { libraryId, newerThan, except: JSON.stringify(except) };
      for (const batch of chunks(ids, ROWS_AT_ONCE)) {
        const asked = { ...rest, ids: JSON.stringify(batch) };
        const rows = await lane.read((sql) => sql.all(COUNT_MOVED, asked));
        moved += rows[0]?.moved ?? 0;
      }
      return moved;
    },
    async pageForExclusion(page) {
      const rows = await lane.read((sql) => sql.all(PAGE_FOR_EXCLUSION, page));
      return rows.map((row) => ({
        id: row.id,
        relPath: row.rel_path,
        status: row.clip_status as ClipStatus, // only this package writes it
        errorReason: row.clip_error_reason,
      }));
    },
    setSkipped: (changes) =>
      inBatches(
        changes.map(({ id, skipReason }) => [id, skipReason]),
        (sql, batch) => sql.all(SET_SKIPPED, { changes: batch }),
      ),
  };
}
