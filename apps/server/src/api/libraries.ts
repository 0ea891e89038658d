import { z } from 'zod';
import type { Input, Output } from './shape.js';

export const COUNTS = z.strictObject({
  photos: z.int(),
  encoded: z.int(),
  pending: z.int(),
  failed: z.int(),
  skipped: z.int(),
  missing: z.int(),
  lowQuality: z.int().describe("Encoded from less than the model's input size."),
  coverage: z.number().describe('`encoded / (photos - skipped)`, 0 to 1; 1 for an empty library.'),
});
export type ApiCounts = Output<typeof COUNTS>;

const fate = z.enum(['away', 'deleted']);

/** Answered by `POST /api/libraries`, `PATCH /api/libraries/:id` and the answers to a library's question. */
export const LIBRARY = z.strictObject({
  id: z.int(),
  name: z.string(),
  rootPath: z.string(),
  excludedDirs: z.array(z.string()),
  state: z.enum(['online', 'offline', 'paused']),
  stateReason: z
    .string()
    .nullable()
    .describe('One sentence for people, when the state is not `online` or a question is open.'),
  question: z
    .enum(['other_root', 'most_gone'])
    .nullable()
    .describe(
      'What only a person can tell. `other_root`: another folder lies at `rootPath`; is it the library now? `most_gone`: most photos are not found, and nothing is marked missing; is their disk away, or were they deleted?',
    ),
  answer: fate
    .nullable()
    .describe('What was said to `most_gone`; `deleted` until the next scan has marked them missing.'),
  lastScanAt: z.number().nullable(),
  scanning: z.boolean(),
  counts: COUNTS,
});
/** One library with its state and counts. */
export type ApiLibrary = Output<typeof LIBRARY>;

/** `GET /api/libraries`, in the order they were added. */
export const LIBRARIES = z.strictObject({ items: z.array(LIBRARY) });
/** `GET /api/libraries`, in the order they were added. */
export type ApiLibraries = Output<typeof LIBRARIES>;

/** `PATCH /api/libraries/:id` */
export const LIBRARY_CHANGE = z.strictObject({
  name: z.string().trim().min(1).max(200).optional(),
  excludedDirs: z.array(z.string().min(1).max(1_000)).max(1_000).optional(),
});
export type ApiLibraryChange = Input<typeof LIBRARY_CHANGE>;

/** `POST /api/libraries` */
export const LIBRARY_DRAFT = z.strictObject({ rootPath: z.string().min(1).max(4_096), ...LIBRARY_CHANGE.shape });
export type ApiLibraryDraft = Input<typeof LIBRARY_DRAFT>;

/** `POST /api/libraries/:id/gone` */
export const GONE_ANSWER = z.strictObject({ answer: fate.describe('What became of the photos that are gone.') });
export type ApiGoneAnswer = Input<typeof GONE_ANSWER>;

/** `POST /api/libraries/:id/scan` */
export const SCAN_STARTED = z.strictObject({ scanning: z.boolean() });
