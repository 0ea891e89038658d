import type { Sql } from '../dialect.js';
import type { SqlValue, Statement } from '../statement.js';

type Values = Readonly<Record<string, SqlValue>>;

const VECTOR = new Uint8Array(16).fill(63);
const OWN_A = { clip_status: 'encoded', clip_model_version: 'model-a', clip_quality: 'full', clip_embedding: VECTOR };
const CLAIMED = { clip_claimed_by: 'me', clip_claim_token: 'token', clip_claimed_until: 2_000 };
const TROUBLE = { clip_attempts: 1, clip_error_class: 'photo', clip_error_reason: 'truncated' };
const CAMERA = { camera_make: 'Canon', camera_model: 'EOS 5D' };

/** Photos in every state that a statement looks for, while they change from model-a to model-b. Equal `content_hash`es are twins. */
const PHOTOS: readonly Values[] = [
  { id: 1 },
  { id: 2, clip_next_attempt_at: 500, ...TROUBLE, changed_at_ms: 7, inode: '7', ...CAMERA },
  { id: 3, clip_crashes: 2 },
  { id: 4, ...CLAIMED },
  { id: 5, ...CLAIMED, clip_next_attempt_at: 500 },
  { id: 6, ...OWN_A },
  { id: 7, ...OWN_A, clip_next_model_version: 'model-b', clip_next_attempt_at: 500, ...TROUBLE },
  { id: 8, ...OWN_A, clip_crashes: 2 },
  { id: 9, ...OWN_A, ...CLAIMED },
  { id: 10, ...OWN_A, clip_next_model_version: 'model-b' },
  { id: 11, ...OWN_A, clip_next_model_version: 'model-c' },
  { id: 12, content_hash: 'bad', ...TROUBLE, clip_status: 'failed', clip_decoder_version: 'd1' },
  { id: 13, content_hash: 'bad' },
  { id: 14, content_hash: 'good', ...OWN_A, clip_model_version: 'model-b', clip_is_source: 1 },
  { id: 15, content_hash: 'good' },
  { id: 16, content_hash: 'good', ...OWN_A },
  { id: 17, content_hash: 'kept' },
  { id: 18, content_hash: 'kept', ...OWN_A },
  { id: 19, clip_status: 'skipped', clip_error_reason: 'excluded' },
  { id: 20, ...OWN_A, missing_since: 100 },
  { id: 21, ...OWN_A, clip_model_version: 'model-c' },
];

async function insert(sql: Sql, table: string, values: Values): Promise<void> {
  const columns = Object.keys(values);
  const places = columns.map(() => '?').join(', ');
  await sql.query(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`, Object.values(values));
}

/** Puts them into a new database. */
export async function insertEveryState(sql: Sql): Promise<void> {
  await sql.query(`UPDATE clip_state SET active_model_version = 'model-a', active_model_name = 'A', active_dimension = 4,
    wanted_model_version = 'model-b', model_name = 'B', dimension = 4, ledger_model_version = 'model-b',
    retiring_model_version = 'model-0', retiring_model_name = '0', model_setting = 'starter'`);
  await insert(sql, 'library', { id: 1, name: 'photos', root_path: '/photos', created_at: 1 });
  for (const photo of PHOTOS) {
    const facts = { library_id: 1, rel_path: `${photo.id}.jpg`, file_size: 1, modified_at_ms: 1, sort_time: 1 };
    await insert(sql, 'image_exif', { ...facts, content_hash: `hash ${photo.id}`, ...photo });
  }
  const vector = { model_version: 'model-b', embedding: VECTOR };
  await insert(sql, 'image_exif_next_embedding', { ...vector, image_id: 10, content_hash: 'hash 10' });
  await insert(sql, 'kept_embedding', { ...vector, content_hash: 'kept', library_id: 1, kept_until: 9_000 });
}

const IDS = PHOTOS.map(({ id }) => id);
const HASHES = PHOTOS.map(({ id, content_hash: hash }) => hash ?? `hash ${id}`);
const OUTCOME = ['token', 'model-b', 'full', 'd1'];
const FAILURE = ['token', 'photo', 'corrupt', 'no picture in it', 1, 1, 1_000, 'd1'];
const NEW_PHOTO = ['new.jpg', ...Array.from({ length: 21 }, () => 1), null];

/** Sent as JSON. */
const TEXTS = {
  ids: IDS,
  hashes: HASHES,
  pairs: [
    [13, 12],
    [15, 14],
    [16, 14],
  ],
  paths: ['1.jpg', '2.jpg', '20.jpg'],
  spots: [1, 2],
  except: [],
  crashedIds: [4],
  files: [[1, 8, '8']],
  patch: { state: 'paused', stateReason: null },
  changes: [[1, 'excluded']],
  photos: [NEW_PHOTO],
};

const OUTCOMES = JSON.stringify([4, 9].map((id) => [id, `hash ${id}`, ...OUTCOME]));
const FAILURES = JSON.stringify([4, 9].map((id) => [id, `hash ${id}`, ...FAILURE]));

/** Of names that several statements have, one value does for all. */
const PARAMS: Values = {
  ...Object.fromEntries(Object.entries(TEXTS).map(([name, value]) => [name, JSON.stringify(value)])),
  batch: OUTCOMES,
  libraryId: 1,
  limit: 100,
  now: 1_000,
  jumpedAfter: 1_000_000,
  from: 0,
  until: 1_000,
  leaseUntil: 3_000,
  newerThan: 0,
  before: 1_000,
  status: 'pending',
  owner: 'me',
  token: 'token',
  after: '',
  afterId: 0,
  afterReason: '',
  lastReason: 'z',
  hash: '',
  id: 1_000,
  sortTime: 1_000,
  takenAfter: 0,
  make: 'Canon',
  active: 'model-a',
  wanted: 'model-b',
  modelVersion: 'model-b',
  version: 'model-b',
  keep: 'model-b',
  name: 'B',
  rootPath: '/new',
  rootIdentity: null,
  excludedDirs: '[]',
  state: 'paused',
  reason: null,
  dimension: 4,
  setting: 'B',
  vectors: VECTOR,
  bytes: VECTOR.length,
};

/** What single statements need to be something else. */
const OWN: Readonly<Record<string, Values>> = {
  'store-failures': { batch: FAILURES },
  'store-copies': { ids: '[16]' },
};

/**
 * What a statement is run with to give rows.
 * @throws Error for a parameter that has no value here
 */
export function paramsOf({ name, sqlite }: Statement): readonly SqlValue[] {
  return sqlite.order.map((param) => {
    const value = OWN[name]?.[param] ?? PARAMS[param];
    if (value === undefined) throw new Error(`${name}: :${param} has no value`);
    return value;
  });
}
