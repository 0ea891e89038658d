import { z } from 'zod';
import { CURSOR, LIBRARY_ID, limit, TAKEN_AFTER, TAKEN_BEFORE } from './parameters.js';
import type { Output } from './shape.js';

/** A photo as lists show it. */
export const IMAGE = z.strictObject({
  id: z.int(),
  libraryId: z.int(),
  relPath: z.string(),
  fileSize: z.int(),
  mediaType: z.string().nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  orientation: z.int().nullable(),
  takenAt: z.number().nullable(),
  takenAtOffsetMin: z.number().nullable(),
  modifiedAt: z.number(),
  camera: z.string().nullable(),
  lens: z.string().nullable(),
  iso: z.number().nullable(),
  aperture: z.number().nullable(),
  exposureS: z.number().nullable(),
  focalLengthMm: z.number().nullable(),
  gps: z.strictObject({ latitude: z.number(), longitude: z.number() }).nullable(),
  clipStatus: z.enum(['pending', 'encoded', 'failed', 'skipped']),
  clipQuality: z.enum(['full', 'preview', 'low']).nullable(),
});
/** A photo as lists show it. */
export type ApiImage = Output<typeof IMAGE>;

/** `GET /api/images` */
export const IMAGES = z.strictObject({ items: z.array(IMAGE), nextCursor: z.string().nullable() });

/** A part of any list that comes page by page. */
export type ApiPage<Item> = Omit<Output<typeof IMAGES>, 'items'> & { readonly items: readonly Item[] };

/** `GET /api/images` */
export const IMAGE_QUERY = z.strictObject({
  library: LIBRARY_ID,
  camera: z.string().min(1).max(200).optional().describe('One of the `cameras` of `GET /api/filters`.'),
  takenAfter: TAKEN_AFTER,
  takenBefore: TAKEN_BEFORE,
  cursor: CURSOR,
  limit: limit(100, 500),
});

/** `GET /api/images/:id/thumbnail` */
export const THUMBNAIL_QUERY = z.strictObject({
  size: z.enum(['grid', 'view']).default('grid').describe('The longer side is at most 512 (`grid`) or 1920 (`view`).'),
});
export type ApiThumbnailSize = Output<typeof THUMBNAIL_QUERY>['size'];

/** `GET /api/filters`: what the filters can be set to. */
export const FILTERS = z.strictObject({
  cameras: z.array(z.string()).describe('Each is a value of the filter `camera`.'),
  months: z.array(z.string()).describe('The months that hold photos, newest first, like `2024-03`; in UTC.'),
});
export type ApiFilters = Output<typeof FILTERS>;

/** `GET /api/images/:id/clip` and `clip-watch explain PATH --json`. */
export const EXPLANATION = z.strictObject({
  id: z.int(),
  libraryId: z.int(),
  relPath: z.string(),
  searchable: z.boolean(),
  explanation: z.string().describe('One paragraph for people.'),
  status: IMAGE.shape.clipStatus,
  quality: IMAGE.shape.clipQuality,
  modelVersion: z.string().nullable(),
  encodedAt: z.number().nullable(),
  attempts: z.int(),
  crashes: z.int(),
  nextAttemptAt: z.number().nullable(),
  errorClass: z.string().nullable(),
  errorReason: z.string().nullable(),
  errorMessage: z.string().nullable(),
  remedy: z.string().nullable().describe('What a person can do; null when there is nothing to do.'),
});
/** `GET /api/images/:id/clip`: what happened to a photo and what comes next. */
export type ApiClipExplanation = Output<typeof EXPLANATION>;
