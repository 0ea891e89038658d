import { cameraName } from '../camera-name.js';
import type { DaoContext } from '../dao-context.js';
import { PAGE_EMBEDDINGS } from '../sql/list-images.js';
import type { RowOf } from '../statement.js';
import { decodeEmbedding } from '../vector-codec.js';
import type { ReadingDao } from './image-reading-types.js';
import type { IndexedEmbedding } from './image-types.js';

type EmbeddingRow = RowOf<typeof PAGE_EMBEDDINGS>;

/** 2 KB each: a batch is read in a few milliseconds. */
const EMBEDDING_BATCH = 1000;

/** While models change, a row's vector of one of them may be its own or wait. */
function bytesOf(row: EmbeddingRow, modelVersion: string): Uint8Array | null {
  if (row.clip_model_version === modelVersion) return row.clip_embedding;
  return row.waiting_model_version === modelVersion ? row.waiting_embedding : null;
}

function toIndexed(row: EmbeddingRow, modelVersion: string): IndexedEmbedding[] {
  const bytes = bytesOf(row, modelVersion);
  if (row.clip_status !== 'encoded' || row.missing_since !== null || bytes === null) return [];
  return [
    {
      id: row.id,
      libraryId: row.library_id,
      sortTime: row.sort_time,
      camera: cameraName(row.camera_make, row.camera_model),
      embedding: decodeEmbedding(bytes),
    },
  ];
}

/** Vectors by themselves: one, or all of a model for the search index. */
export function createEmbeddingDao({
  lane,
  prisma,
}: DaoContext): Pick<ReadingDao, 'findEmbedding' | 'streamEmbeddings'> {
  async function* streamEmbeddings(request: Parameters<ReadingDao['streamEmbeddings']>[0]) {
    const { modelVersion, batch = EMBEDDING_BATCH } = request;
    let afterId = request.afterId ?? 0;
    for (;;) {
      const page = { afterId, limit: batch };
      const rows = await lane.read((sql) => sql.all(PAGE_EMBEDDINGS, page));
      const found = rows.flatMap((row) => toIndexed(row, modelVersion));
      if (found.length > 0) yield found;
      if (rows.length < batch) return;
      afterId = rows.at(-1)?.id ?? afterId;
    }
  }

  return {
    streamEmbeddings,
    async findEmbedding(id, modelVersion) {
      const select = { clipEmbedding: true, clipModelVersion: true, next: true };
      const row = await lane.read(() => prisma.imageExif.findUnique({ where: { id }, select }));
      if (row === null) return null;
      const waiting = row.next?.modelVersion === modelVersion ? row.next : null;
      const isOwn = modelVersion === undefined || row.clipModelVersion === modelVersion;
      const version = isOwn ? row.clipModelVersion : (waiting?.modelVersion ?? null);
      const bytes = isOwn ? row.clipEmbedding : (waiting?.embedding ?? null);
      if (version === null || bytes === null) return null;
      return { modelVersion: version, embedding: decodeEmbedding(bytes) };
    },
  };
}
