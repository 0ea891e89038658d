import fc from 'fast-check';
import type { ClipErrorClass } from '../images/image-types.js';

export const PATHS = ['a.jpg', 'b.jpg', 'c/d.jpg', 'c/e.jpg', 'f.jpg'] as const;
export const CONTENTS = ['red', 'green', 'blue'] as const;
export const MODELS = ['model-a', 'model-b', 'model-c'] as const;
export const OWNERS = ['one', 'two'] as const;
const DAY_MS = 86_400_000;

/** What a step may do, as data: a failing program prints as itself. */
export type Step =
  | { readonly kind: 'scan'; readonly path: number; readonly content: number; readonly skipped: boolean }
  | { readonly kind: 'lose'; readonly path: number }
  | { readonly kind: 'see'; readonly path: number }
  | { readonly kind: 'sweep' }
  | { readonly kind: 'exclude'; readonly path: number; readonly excluded: boolean }
  | {
      readonly kind: 'claim';
      readonly owner: number;
      readonly limit: number;
      readonly lane: 'fresh-and-due' | 'retries';
      readonly alone: boolean;
      readonly reencode: boolean;
      readonly staleModel: boolean;
    }
  | { readonly kind: 'finish'; readonly claim: number; readonly foreignModel: boolean }
  | { readonly kind: 'fail'; readonly claim: number; readonly errorClass: ClipErrorClass; readonly final: boolean }
  | { readonly kind: 'release'; readonly claim: number; readonly crashed: boolean; readonly foreign: boolean }
  | { readonly kind: 'extend'; readonly claim: number }
  | { readonly kind: 'rescue' }
  | { readonly kind: 'restart'; readonly owner: number }
  | { readonly kind: 'requeue'; readonly path: number | null }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'switch'; readonly model: number }
  | { readonly kind: 'replace'; readonly model: number }
  | { readonly kind: 'rollback' }
  | { readonly kind: 'change'; readonly force: boolean }
  | { readonly kind: 'carry' }
  | { readonly kind: 'settle' };

const path = fc.nat({ max: PATHS.length - 1 });
const claim = fc.nat({ max: 3 });
const model = fc.nat({ max: MODELS.length - 1 });
const owner = fc.nat({ max: OWNERS.length - 1 });

/** What happens to photos while the model stays. */
const photoStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('scan' as const),
      path,
      content: fc.nat({ max: CONTENTS.length - 1 }),
      skipped: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('lose' as const), path }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('see' as const), path }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('exclude' as const), path, excluded: fc.boolean() }) },
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      owner,
      limit: fc.integer({ min: 1, max: 4 }),
      lane: fc.constantFrom('fresh-and-due' as const, 'fresh-and-due' as const, 'retries' as const),
      alone: fc.constantFrom(false, false, false, true),
      reencode: fc.constant(false),
      staleModel: fc.constant(false),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('finish' as const),
      claim,
      foreignModel: fc.constantFrom(false, false, true),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('fail' as const),
      claim,
      errorClass: fc.constantFrom<ClipErrorClass>('photo', 'photo', 'environment', 'service', 'bug'),
      final: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('release' as const),
      claim,
      crashed: fc.boolean(),
      foreign: fc.constantFrom(false, false, true),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('extend' as const), claim }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rescue' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), owner }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('requeue' as const), path: fc.option(path) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(30_000, 61_000, 3_600_000, 2 * DAY_MS, -10 * DAY_MS),
    }),
  },
);

/** What happens to them besides while it changes. */
const changeStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 20, arbitrary: photoStep },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      owner,
      limit: fc.integer({ min: 1, max: 4 }),
      lane: fc.constantFrom('fresh-and-due' as const, 'fresh-and-due' as const, 'retries' as const),
      alone: fc.constantFrom(false, false, false, true),
      reencode: fc.constantFrom(true, true, true, false),
      staleModel: fc.constantFrom(false, false, false, false, false, false, true),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('finish' as const), claim, foreignModel: fc.constant(false) }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('switch' as const), model }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('replace' as const), model }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rollback' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('change' as const), force: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('carry' as const) }) },
);

const inOne = { minLength: 1, maxLength: 24, size: 'max' } as const;

/** Photos come and go, are encoded and fail, in one model. */
export const photoProgram: fc.Arbitrary<readonly Step[]> = fc.array(photoStep, inOne);

/** The same while models change. */
export const changeProgram: fc.Arbitrary<readonly Step[]> = fc.array(changeStep, { ...inOne, maxLength: 32 });
