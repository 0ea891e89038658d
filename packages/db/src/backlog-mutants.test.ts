import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FIND_IN_FLIGHT, PAGE_DUE } from './sql/claim-candidates.js';
import { COPY_TROUBLE } from './sql/copy-equal.js';
import { FIND_SOURCES } from './sql/find-equal.js';
import { FOLD_VERDICTS, PAGE_ABANDONED, RESET_VERDICTS } from './sql/fold-waiting.js';
import { MARK_MISSING } from './sql/missing-rows.js';
import { CHANGE_OVER, END_CLAIMS } from './sql/model-state.js';
import { MARK_WAITING, STORE_EMBEDDINGS, STORE_FAILURES } from './sql/record-outcomes.js';
import { PAGE_REENCODE } from './sql/reencode.js';
import { RELEASE_ROWS, RESCUE_EXPIRED } from './sql/release-claims.js';
import { SET_SKIPPED } from './sql/skipped-rows.js';
import { UPSERT_PHOTOS } from './sql/upsert-photos.js';
import type { Statement } from './statement.js';
import { openBacklog } from './testing/backlog-model.js';
import { photoProgram, type Step } from './testing/backlog-steps.js';

interface Mutant {
  readonly guard: string;
  /** The random programs of this seed meet it soon. */
  readonly seed: number;
  /** A program that meets it, where chance takes too long. */
  readonly example?: readonly Step[];
  readonly statement: Statement;
  readonly from: string;
  readonly to: string;
}

const SCAN = { kind: 'scan', path: 0, content: 0, skipped: false } as const;
const NEW_BYTES = { ...SCAN, content: 1 } as const;
const CLAIM = {
  kind: 'claim',
  owner: 0,
  limit: 4,
  lane: 'fresh-and-due',
  alone: false,
  reencode: false,
  staleModel: false,
} as const;
const fail = (errorClass: 'photo' | 'environment', claim: number): Step => ({
  kind: 'fail',
  claim,
  errorClass,
  final: errorClass === 'photo',
});
const finish = (claim: number): Step => ({ kind: 'finish', claim, foreignModel: false });
const SWITCH: readonly Step[] = [{ kind: 'switch', model: 1 }, { kind: 'settle' }];
/** One photo, encoded in one model and claimed for another. */
const IN_SECOND_LANE: readonly Step[] = [SCAN, CLAIM, finish(0), ...SWITCH, { ...CLAIM, reencode: true }];

/** One guard each, taken out of the statement that has it: random programs must notice. */
const MUTANTS: readonly Mutant[] = [
  {
    guard: 'an outcome needs the claim',
    seed: 22,
    statement: STORE_EMBEDDINGS,
    from: 'AND image_exif.clip_claim_token = outcome.token',
    to: '',
  },
  {
    guard: 'an outcome needs the wanted model',
    seed: 11,
    statement: STORE_EMBEDDINGS,
    from: 'AND outcome.model_version = (SELECT wanted_model_version FROM clip_state)',
    to: '',
  },
  {
    guard: 'a failure needs the claim',
    seed: 14,
    statement: STORE_FAILURES,
    from: 'AND image_exif.clip_claim_token = outcome.token',
    to: '',
  },
  {
    guard: 'a failure sets the next try',
    seed: 1,
    statement: STORE_FAILURES,
    from: 'iif(outcome.final, NULL, outcome.next_attempt_at)',
    to: 'NULL',
  },
  {
    guard: 'new bytes drop the embedding',
    seed: 1,
    statement: UPSERT_PHOTOS,
    from: 'clip_embedding = iif(image_exif.content_hash = excluded.content_hash, image_exif.clip_embedding, NULL)',
    to: 'clip_embedding = image_exif.clip_embedding',
    // Hidden with new bytes, then shown: the old vector would make the row `encoded`.
    example: [
      { kind: 'scan', path: 0, content: 0, skipped: false },
      { kind: 'claim', owner: 0, limit: 1, lane: 'fresh-and-due', alone: false, reencode: false, staleModel: false },
      { kind: 'finish', claim: 0, foreignModel: false },
      { kind: 'scan', path: 0, content: 1, skipped: true },
      { kind: 'scan', path: 0, content: 1, skipped: false },
    ],
  },
  {
    guard: 'new bytes start with no attempts',
    seed: 9,
    statement: UPSERT_PHOTOS,
    from: 'clip_attempts = iif(image_exif.content_hash = excluded.content_hash, image_exif.clip_attempts, 0)',
    to: 'clip_attempts = image_exif.clip_attempts',
  },
  {
    guard: 'bytes in flight are not claimed',
    seed: 14,
    statement: FIND_IN_FLIGHT,
    from: 'held.clip_claim_token IS NOT NULL',
    to: 'held.clip_claim_token IS NOT NULL AND false',
  },
  {
    guard: 'known bytes are copied',
    seed: 4,
    statement: FIND_SOURCES,
    from: 'WHERE embedded AND',
    to: 'WHERE false AND',
  },
  {
    guard: 'a retry waits for its time',
    seed: 10,
    statement: PAGE_DUE,
    from: 'AND clip_next_attempt_at <= ?',
    to: 'AND clip_next_attempt_at + 0 * ? IS NOT NULL',
  },
  {
    guard: 'an outage of one name is none of the other',
    seed: 18,
    statement: COPY_TROUBLE,
    from: "AND coalesce(twin.clip_error_class, '') NOT IN ('environment', 'service')\n  AND (",
    to: 'AND (true OR ',
  },
  {
    guard: 'a release needs the claim',
    seed: 1,
    statement: RELEASE_ROWS,
    from: 'AND clip_claim_token = ?',
    to: 'AND ? IS NOT NULL',
  },
  {
    guard: 'a rescue waits for the end of the lease',
    seed: 7,
    statement: RESCUE_EXPIRED,
    from: '(clip_claimed_until <= ? OR',
    to: '(clip_claimed_until <= ? + 1e9 OR',
  },
  {
    guard: 'a rescue counts the crash',
    seed: 9,
    statement: RESCUE_EXPIRED,
    from: 'clip_crashes + (clip_claimed_until <= ?)',
    to: 'clip_crashes + (clip_claimed_until <= ? AND false)',
  },
  {
    guard: 'missing since the first scan',
    seed: 3,
    statement: MARK_MISSING,
    from: 'AND missing_since IS NULL',
    to: '',
  },
  {
    guard: 'hiding drops the claim',
    seed: 1,
    statement: SET_SKIPPED,
    from: 'clip_claim_token = NULL, clip_claimed_until = NULL',
    to: 'clip_claimed_until = clip_claimed_until',
  },
  {
    guard: 'a switch ends every claim',
    seed: 1,
    statement: END_CLAIMS,
    from: 'WHERE id IN',
    to: 'WHERE false AND id IN',
    example: [SCAN, CLAIM, ...SWITCH, finish(0)],
  },
  {
    guard: 'a vector that is searched stays until the change',
    seed: 1,
    statement: MARK_WAITING,
    from: "AND image_exif.clip_status = 'encoded'",
    to: "AND image_exif.clip_status = 'pending'",
    example: [...IN_SECOND_LANE, finish(1)],
  },
  {
    guard: 'a photo that is searched does not fail before the change',
    seed: 1,
    statement: STORE_FAILURES,
    from: "clip_status = iif((outcome.final AND NOT (image_exif.clip_status = 'encoded'",
    to: "clip_status = iif((outcome.final AND NOT (image_exif.clip_status = 'skipped'",
    example: [...IN_SECOND_LANE, fail('photo', 1)],
  },
  {
    guard: 'what waits is of the bytes of now',
    seed: 1,
    statement: UPSERT_PHOTOS,
    from: 'clip_next_model_version = CASE\n    WHEN',
    to: 'clip_next_model_version = CASE\n    WHEN true THEN image_exif.clip_next_model_version WHEN',
    example: [...IN_SECOND_LANE, finish(1), NEW_BYTES],
  },
  {
    guard: 'hiding ends a wait for the change',
    seed: 1,
    statement: SET_SKIPPED,
    from: 'image_exif.clip_next_model_version, NULL)',
    to: 'image_exif.clip_next_model_version, image_exif.clip_next_model_version)',
    example: [
      ...IN_SECOND_LANE,
      fail('environment', 1),
      { kind: 'exclude', path: 0, excluded: true },
      { kind: 'exclude', path: 0, excluded: false },
    ],
  },
  {
    guard: 'verdicts of the model before are forgotten',
    seed: 1,
    statement: RESET_VERDICTS,
    from: "iif(clip_status = 'failed', 'pending', clip_status)",
    to: 'clip_status',
    example: [SCAN, CLAIM, fail('photo', 0), ...SWITCH],
  },
  {
    guard: 'what waits for a model that is wanted no more goes',
    seed: 1,
    statement: PAGE_ABANDONED,
    from: 'clip_next_model_version > ?',
    to: 'clip_next_model_version > ? AND false',
    example: [...IN_SECOND_LANE, finish(1), { kind: 'rollback' }, { kind: 'settle' }],
  },
  {
    guard: 'a verdict that waited counts after the change',
    seed: 1,
    statement: FOLD_VERDICTS,
    from: "iif(clip_error_class IS NULL, 'pending', 'failed')",
    to: 'clip_status',
    example: [...IN_SECOND_LANE, fail('photo', 1), { kind: 'change', force: false }, { kind: 'carry' }],
  },
  {
    guard: 'the second lane leaves out what is done',
    seed: 1,
    statement: PAGE_REENCODE,
    from: 'AND clip_model_version < ?',
    to: 'AND clip_model_version <= ?',
    example: [...IN_SECOND_LANE, finish(1)],
  },
  {
    guard: 'no change while the ledger is of the model before',
    seed: 1,
    statement: CHANGE_OVER,
    from: 'AND ledger_model_version = wanted_model_version',
    to: '',
    example: [SCAN, { kind: 'switch', model: 1 }, { kind: 'change', force: true }],
  },
];

const RUNS = 200;

describe('a guard that is taken out is missed', () => {
  test.each(MUTANTS.map((mutant) => [mutant.guard, mutant] as const))(
    '%s',
    { timeout: 300_000 },
    async (_name, mutant) => {
      await using backlog = await openBacklog();
      const { from, to, seed, example } = mutant;
      const text = mutant.statement.sqlite;
      const original = text.sql;
      expect(original).toContain(from);
      Reflect.set(text, 'sql', original.replace(from, to));
      try {
        const holds = fc.asyncProperty(photoProgram, (steps) => backlog.run(steps));
        const result = await fc.check(holds, {
          numRuns: RUNS,
          seed,
          examples: example ? [[example]] : [],
          endOnFailure: true,
        });
        expect(result.failed, `${RUNS} programs noticed nothing`).toBe(true);
        // By a rule of the table, and not because the statement is broken.
        expect(String(result.errorInstance)).not.toMatch(/SQLITE|Driver|syntax/);
      } finally {
        Reflect.set(text, 'sql', original);
      }
    },
  );
});
