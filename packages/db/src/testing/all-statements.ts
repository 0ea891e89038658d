import * as claim from '../sql/claim-candidates.js';
import * as claimed from '../sql/claimed-rows.js';
import * as copyEqual from '../sql/copy-equal.js';
import * as findEqual from '../sql/find-equal.js';
import * as fold from '../sql/fold-waiting.js';
import * as kept from '../sql/kept-embeddings.js';
import * as known from '../sql/known-files.js';
import * as libraries from '../sql/libraries.js';
import * as lists from '../sql/list-images.js';
import * as missing from '../sql/missing-rows.js';
import * as models from '../sql/model-state.js';
import * as due from '../sql/next-due.js';
import * as state from '../sql/read-clip-state.js';
import * as outcomes from '../sql/record-outcomes.js';
import * as reencode from '../sql/reencode.js';
import * as release from '../sql/release-claims.js';
import * as requeue from '../sql/requeue.js';
import * as skipped from '../sql/skipped-rows.js';
import * as upsert from '../sql/upsert-photos.js';
import type { Statement } from '../statement.js';

const FILES = [
  claim,
  claimed,
  due,
  copyEqual,
  findEqual,
  kept,
  known,
  libraries,
  lists,
  missing,
  outcomes,
  models,
  fold,
  reencode,
  release,
  requeue,
  skipped,
  state,
  upsert,
] as const;

/** Every statement, for the tests that read their plans and their rows. */
export const ALL_STATEMENTS: readonly Statement[] = FILES.flatMap((file) => Object.values(file));
