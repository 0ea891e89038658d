import { z } from 'zod';
import { CURSOR, LIBRARY_ID, limit } from './parameters.js';
import type { Input, Output } from './shape.js';

const failureStatus = z.enum(['failed', 'pending']);

const FAILURE = z.strictObject({
  id: z.int(),
  libraryId: z.int(),
  relPath: z.string(),
  status: failureStatus,
  errorClass: z.string(),
  reason: z.string(),
  message: z.string(),
  remedy: z.string().nullable(),
  attempts: z.int(),
  nextAttemptAt: z.number().nullable(),
});
export type ApiFailure = Output<typeof FAILURE>;

const FAILURE_GROUP = z.strictObject({
  reason: z.string(),
  errorClass: z.string(),
  status: failureStatus,
  count: z.int(),
  remedy: z.string().nullable(),
});

/** `GET /api/clip/failures` and `clip-watch failures --json`. */
export const FAILURES = z.strictObject({
  groups: z.array(FAILURE_GROUP).describe('They count all failures.'),
  items: z.array(FAILURE).describe('One page of them.'),
  nextCursor: z.string().nullable(),
});
/** `GET /api/clip/failures` */
export type ApiFailures = Output<typeof FAILURES>;

/** `GET /api/clip/failures` */
export const FAILURE_QUERY = z.strictObject({
  library: LIBRARY_ID,
  reason: z.string().max(100).optional(),
  cursor: CURSOR,
  limit: limit(100, 500),
});

/** `POST /api/clip/failures/retry` */
export const RETRY_REQUEST = z.union(
  [
    z.strictObject({ ids: z.array(z.int().min(1)).min(1).max(10_000) }),
    z.strictObject({
      reason: z.string().min(1).max(100),
      library: z.int().min(1).optional().describe('Only in this library.'),
    }),
    z.strictObject({ all: z.literal(true) }),
  ],
  'exactly one is needed of ids (1 to 10,000 numbers), reason (with a library, or none) and all (true)',
);
export type ApiRetryRequest = Input<typeof RETRY_REQUEST>;

/** Answered by `POST /api/clip/failures/retry`, and by `clip-watch failures --retry --json`. */
export const RETRY_ANSWER = z.strictObject({ requeued: z.int().describe('Photos that will be tried again.') });
export type ApiRetryAnswer = Output<typeof RETRY_ANSWER>;
