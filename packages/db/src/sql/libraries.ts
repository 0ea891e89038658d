import type { LibraryPatch } from '../library-types.js';
import { statement } from '../statement.js';

/** The unique index on the root refuses a folder that is a library already. */
export const ADD_LIBRARY = statement({
  name: 'add-library',
  params: ['name', 'rootPath', 'excludedDirs', 'rootIdentity', 'now'],
  row: { id: 'number' },
  sqlite: {
    uses: [],
    sql: `
INSERT INTO library (name, root_path, excluded_dirs, root_identity, created_at)
VALUES (:name, :rootPath, :excludedDirs, :rootIdentity, :now)
RETURNING id`,
  },
});

/** The column of each key of a patch. */
const COLUMNS: Readonly<Record<keyof LibraryPatch, string>> = {
  name: 'name',
  rootPath: 'root_path',
  rootIdentity: 'root_identity',
  excludedDirs: 'excluded_dirs',
  state: 'state',
  stateReason: 'state_reason',
  question: 'question',
  answer: 'answer',
  gonePhotos: 'gone_photos',
  lastScanAt: 'last_scan_at',
  excludeRulesHash: 'exclude_rules_hash',
};
const PATCHED = Object.entries(COLUMNS).map(
  ([key, column]) => `${column} = iif(json_type(:patch, '$.${key}') IS NULL, ${column}, :patch ->> '${key}')`,
);

/** Takes what the JSON of a patch names, null too. What it does not name has no type in it, and stays as it is. */
export const UPDATE_LIBRARY = statement({
  name: 'update-library',
  params: ['id', 'patch'],
  sqlite: {
    uses: ['rowid'],
    sql: `
UPDATE library SET ${PATCHED.join(',\n  ')} WHERE id = :id`,
  },
});

/** One that is offline stays so: only a scan brings it back. */
export const SET_DRAIN_STATE = statement({
  name: 'set-drain-state',
  params: ['id', 'state', 'reason'],
  sqlite: {
    uses: ['rowid'],
    sql: "UPDATE library SET state = :state, state_reason = :reason WHERE id = :id AND state <> 'offline'",
  },
});

/** Its rows are gone, so all of them are 0. */
export const FORGET_COUNTERS = statement({
  name: 'forget-counters',
  params: ['libraryId'],
  sqlite: {
    uses: ['sqlite_autoindex_clip_counter_1'],
    sql: 'DELETE FROM clip_counter WHERE library_id = :libraryId',
  },
});

export const FORGET_MODEL_COUNTERS = statement({
  name: 'forget-model-counters',
  params: ['libraryId'],
  sqlite: {
    uses: ['sqlite_autoindex_clip_model_counter_1'],
    sql: 'DELETE FROM clip_model_counter WHERE library_id = :libraryId',
  },
});

export const REMOVE_LIBRARY = statement({
  name: 'remove-library',
  params: ['id'],
  sqlite: {
    uses: ['rowid'],
    sql: 'DELETE FROM library WHERE id = :id',
  },
});
