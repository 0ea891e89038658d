import { z } from 'zod';
import type {
  ApiClipExplanation,
  ApiClipSettings,
  ApiClipStatus,
  ApiFailures,
  ApiFilters,
  ApiImage,
  ApiLibrary,
  ApiPage,
  ApiSearchAnswer,
} from '../api-types.js';

// The shapes of answers, tied to `api-types.ts` by their declared types: one that drifts does not compile.

const text = z.string();
const int = z.number().int();
const maybe = <T extends z.ZodType>(schema: T): z.ZodNullable<T> => schema.nullable();
const libraryState = z.enum(['online', 'offline', 'paused']);
const question = maybe(z.enum(['other_root', 'most_gone']));
const answer = maybe(z.enum(['away', 'deleted']));
const clipStatus = z.enum(['pending', 'encoded', 'failed', 'skipped']);
const clipQuality = maybe(z.enum(['full', 'preview', 'low']));

const counts = {
  photos: int,
  encoded: int,
  pending: int,
  failed: int,
  skipped: int,
  missing: int,
  lowQuality: int,
  coverage: z.number(),
};

export const LIBRARY: z.ZodType<ApiLibrary> = z.strictObject({
  id: int,
  name: text,
  rootPath: text,
  excludedDirs: z.array(text),
  state: libraryState,
  stateReason: maybe(text),
  question,
  answer,
  lastScanAt: maybe(z.number()),
  scanning: z.boolean(),
  counts: z.strictObject(counts),
});

export const LIBRARIES: z.ZodType<{ readonly items: readonly ApiLibrary[] }> = z.strictObject({
  items: z.array(LIBRARY),
});

const eta = maybe(z.strictObject({ low: z.number(), high: z.number() }));

export const STATUS: z.ZodType<ApiClipStatus> = z.strictObject({
  ...counts,
  state: z.enum(['running', 'paused', 'idle', 'offline', 'disabled', 'misconfigured']),
  reason: maybe(text),
  model: maybe(z.strictObject({ name: text, version: text, dimension: int, starter: z.boolean() })),
  encoders: z.array(
    z.strictObject({
      address: text,
      state: text,
      reason: maybe(text),
      model: maybe(z.strictObject({ name: text, version: text })),
      inFlight: int,
      window: int,
    }),
  ),
  concurrency: int,
  quietHours: maybe(text),
  imagesPerSecond: z.number(),
  etaSeconds: eta,
  change: maybe(
    z.strictObject({
      state: z.enum(['encoding', 'changed']),
      from: maybe(z.strictObject({ name: text, version: text })),
      to: z.strictObject({ name: text, version: text }),
      done: int,
      total: int,
      coverage: z.number(),
      notFound: int,
      etaSeconds: eta,
    }),
  ),
  libraries: z.array(
    z.strictObject({
      ...counts,
      id: int,
      name: text,
      state: libraryState,
      stateReason: maybe(text),
      question,
      answer,
      scanning: z.boolean(),
    }),
  ),
});

export const CLIP_SETTINGS: z.ZodType<ApiClipSettings> = z.strictObject({
  concurrency: int,
  quietHours: maybe(text),
  notice: maybe(text),
});

const image = {
  id: int,
  libraryId: int,
  relPath: text,
  fileSize: int,
  mediaType: maybe(text),
  width: maybe(int),
  height: maybe(int),
  orientation: maybe(int),
  takenAt: maybe(z.number()),
  takenAtOffsetMin: maybe(z.number()),
  modifiedAt: z.number(),
  camera: maybe(text),
  lens: maybe(text),
  iso: maybe(z.number()),
  aperture: maybe(z.number()),
  exposureS: maybe(z.number()),
  focalLengthMm: maybe(z.number()),
  gps: maybe(z.strictObject({ latitude: z.number(), longitude: z.number() })),
  clipStatus,
  clipQuality,
};

export const IMAGE: z.ZodType<ApiImage> = z.strictObject(image);

export const IMAGES: z.ZodType<ApiPage<ApiImage>> = z.strictObject({ items: z.array(IMAGE), nextCursor: maybe(text) });

export const FILTERS: z.ZodType<ApiFilters> = z.strictObject({ cameras: z.array(text), months: z.array(text) });

export const EXPLANATION: z.ZodType<ApiClipExplanation> = z.strictObject({
  id: int,
  libraryId: int,
  relPath: text,
  searchable: z.boolean(),
  explanation: text,
  status: clipStatus,
  quality: clipQuality,
  modelVersion: maybe(text),
  encodedAt: maybe(z.number()),
  attempts: int,
  crashes: int,
  nextAttemptAt: maybe(z.number()),
  errorClass: maybe(text),
  errorReason: maybe(text),
  errorMessage: maybe(text),
  remedy: maybe(text),
});

const failureStatus = z.enum(['failed', 'pending']);

export const FAILURES: z.ZodType<ApiFailures> = z.strictObject({
  groups: z.array(
    z.strictObject({ reason: text, errorClass: text, status: failureStatus, count: int, remedy: maybe(text) }),
  ),
  items: z.array(
    z.strictObject({
      id: int,
      libraryId: int,
      relPath: text,
      status: failureStatus,
      errorClass: text,
      reason: text,
      message: text,
      remedy: maybe(text),
      attempts: int,
      nextAttemptAt: maybe(z.number()),
    }),
  ),
  nextCursor: maybe(text),
});

export const SEARCH_ANSWER: z.ZodType<ApiSearchAnswer> = z.strictObject({
  items: z.array(z.strictObject({ ...image, score: z.number() })),
  nextCursor: maybe(text),
  modelVersion: text,
  minScore: maybe(z.number()),
  belowMinScore: int,
  coverage: z.number(),
  notice: maybe(text),
});
