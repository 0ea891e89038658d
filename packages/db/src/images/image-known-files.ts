import { chunks, type DaoContext, ROWS_AT_ONCE } from '../dao-context.js';
import type { Sql } from '../dialect.js';
import {
  COUNT_MOVED,
  FIND_ID_RANGE,
  FIND_KNOWN_FILES,
  NOTE_INODES,
  PAGE_KNOWN_FILES,
  SAMPLE_KNOWN_FILES,
} from '../sql/known-files.js';
import type { RowOf } from '../statement.js';
import type { ScanDao } from './image-scan-types.js';
import type { KnownFile } from './image-types.js';

type KnownFileDao = Pick<
  ScanDao,
  'pageKnownFiles' | 'sampleKnownFiles' | 'findKnownFiles' | 'noteInodes' | 'newestId' | 'countMoved'
>;

type KnownFileRow = RowOf<typeof FIND_KNOWN_FILES>;

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

/** What a scan compares the folder with. */
export function createKnownFileDao({ lane }: DaoContext): KnownFileDao {
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
    async noteInodes(files) {
      for (const batch of chunks(files, ROWS_AT_ONCE)) {
        const rows = JSON.stringify(batch.map(({ id, changedAtMs, inode }) => [id, changedAtMs, inode]));
        await lane.write((sql) => sql.run(NOTE_INODES, { files: rows }));
      }
    },
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
  };
}
