import { statement } from '../statement.js';
import { AFRESH, FREE, IS_SEARCHED, isOutdated } from './standing.js';
import { INTO_WAITING, WAITING_ANEW } from './waiting-model.js';

const KEPT_COLUMNS = 'content_hash, model_version, library_id, kept_until, quality, decoder_version, embedding';
const KEPT_AGAIN = `ON CONFLICT (content_hash, model_version) DO UPDATE SET library_id = excluded.library_id,
  kept_until = excluded.kept_until, quality = excluded.quality, decoder_version = excluded.decoder_version,
  embedding = excluded.embedding`;

/** The own vectors of rows that are about to be removed. */
export const KEEP_EMBEDDINGS = statement({
  name: 'keep-embeddings',
  params: ['ids', 'until'],
  sqlite: {
    uses: ['rowid'],
    sql: `
INSERT INTO kept_embedding (${KEPT_COLUMNS})
SELECT content_hash, clip_model_version, library_id, :until, clip_quality, clip_decoder_version, clip_embedding
FROM image_exif WHERE id IN (SELECT value FROM json_each(:ids))
  AND clip_embedding IS NOT NULL AND clip_model_version IS NOT NULL
${KEPT_AGAIN}`,
  },
});

/** Those that wait for a change of models. */
export const KEEP_WAITING = statement({
  name: 'keep-waiting',
  params: ['ids', 'until'],
  sqlite: {
    uses: ['rowid'],
    sql: `
INSERT INTO kept_embedding (${KEPT_COLUMNS})
SELECT waiting.content_hash, waiting.model_version, mine.library_id, :until, waiting.quality, waiting.decoder_version,
  waiting.embedding
FROM json_each(:ids) AS gone CROSS JOIN image_exif AS mine ON mine.id = gone.value
  CROSS JOIN image_exif_next_embedding AS waiting ON waiting.image_id = mine.id
WHERE true
${KEPT_AGAIN}`,
  },
});

const MINE_AND_KEPT = `json_each(:ids) AS wanted CROSS JOIN image_exif AS mine ON mine.id = wanted.value
  CROSS JOIN kept_embedding AS kept ON kept.content_hash = mine.content_hash AND kept.model_version = :modelVersion
    AND kept.kept_until > :now`;

/** Rows whose bytes have a vector that was kept. */
export const FIND_KEPT = statement({
  name: 'find-kept',
  params: ['ids', 'modelVersion', 'now'],
  row: { id: 'number' },
  sqlite: {
    uses: ['rowid', 'sqlite_autoindex_kept_embedding_1'],
    sql: `SELECT mine.id AS id FROM ${MINE_AND_KEPT}`,
  },
});

/** Rows that are due take it as their own. Not those whose vector of before is still searched. */
export const TAKE_KEPT = statement({
  name: 'take-kept',
  params: ['ids', 'modelVersion', 'now', 'active', 'wanted'],
  row: { id: 'number' },
  sqlite: {
    uses: ['rowid', 'sqlite_autoindex_kept_embedding_1'],
    sql: `
UPDATE image_exif SET
  clip_embedding = kept.embedding, clip_model_version = :modelVersion, clip_quality = kept.quality,
  clip_decoder_version = kept.decoder_version, clip_encoded_at = :now, clip_status = 'encoded',
  clip_next_model_version = NULL, clip_is_source = 1, ${AFRESH},
  ${FREE}
FROM ${MINE_AND_KEPT}
WHERE image_exif.id = mine.id
  AND (image_exif.clip_status = 'pending' OR (${isOutdated('image_exif')} AND NOT ${IS_SEARCHED}))
RETURNING image_exif.id AS id`,
  },
});

/** Those take it too: it will wait. */
export const MARK_KEPT = statement({
  name: 'mark-kept',
  params: ['ids', 'modelVersion', 'now', 'active', 'wanted'],
  row: { id: 'number' },
  sqlite: {
    uses: ['rowid', 'sqlite_autoindex_kept_embedding_1'],
    sql: `
UPDATE image_exif SET clip_next_model_version = :wanted, ${AFRESH},
  ${FREE}
FROM ${MINE_AND_KEPT}
WHERE image_exif.id = mine.id AND ${IS_SEARCHED} AND ${isOutdated('image_exif')}
RETURNING image_exif.id AS id`,
  },
});

/** The vectors of those, after they were marked in the same transaction. */
export const STORE_KEPT = statement({
  name: 'store-kept',
  params: ['ids', 'modelVersion', 'now'],
  sqlite: {
    uses: ['rowid', 'sqlite_autoindex_kept_embedding_1'],
    sql: `
${INTO_WAITING}
SELECT mine.id, kept.content_hash, kept.model_version, kept.quality, kept.decoder_version, :now, kept.embedding
FROM ${MINE_AND_KEPT} WHERE true
${WAITING_ANEW}`,
  },
});

/** What was kept for its time goes, in batches. */
export const PURGE_KEPT = statement({
  name: 'purge-kept',
  params: ['now', 'limit'],
  sqlite: {
    uses: ['kept_embedding_until', 'rowid'],
    sql: `
DELETE FROM kept_embedding WHERE rowid IN (
  SELECT rowid FROM kept_embedding INDEXED BY kept_embedding_until WHERE kept_until <= :now LIMIT :limit
)`,
  },
});

/** A library that a person removes is forgotten whole. */
export const FORGET_KEPT_OF_LIBRARY = statement({
  name: 'forget-kept-of-library',
  params: ['libraryId', 'limit'],
  sqlite: {
    uses: ['kept_embedding_library', 'rowid'],
    sql: `
DELETE FROM kept_embedding WHERE rowid IN (
  SELECT rowid FROM kept_embedding INDEXED BY kept_embedding_library WHERE library_id = :libraryId LIMIT :limit
)`,
  },
});

/** So are the vectors of a model that gave way for good: two ranges of the index, below and above the one that stays. */
export const FORGET_KEPT_OF_MODELS = statement({
  name: 'forget-kept-of-models',
  params: ['keep', 'limit'],
  sqlite: {
    uses: ['kept_embedding_model', 'rowid'],
    sql: `
DELETE FROM kept_embedding WHERE rowid IN (
  SELECT rowid FROM (SELECT rowid FROM kept_embedding INDEXED BY kept_embedding_model WHERE model_version < :keep LIMIT :limit)
  UNION ALL
  SELECT rowid FROM (SELECT rowid FROM kept_embedding INDEXED BY kept_embedding_model WHERE model_version > :keep LIMIT :limit)
)`,
  },
});
