import { z } from 'zod';
import { IMAGE } from './images.js';
import { CURSOR, LIBRARY_ID, limit, TAKEN_AFTER, TAKEN_BEFORE } from './parameters.js';
import type { Input, Output } from './shape.js';

const LONGEST_TEXT = 2_000;

const fraction = z.number().min(0).max(1);
const CROP = z
  .strictObject({ x: fraction, y: fraction, width: fraction.gt(0), height: fraction.gt(0) })
  .refine(isInside, 'reaches beyond the picture');
type Crop = Output<typeof CROP>;

const time = z.int().min(-1e15).max(1e15).optional().describe('Epoch milliseconds, included.');
const camera = z.string().max(200).optional().describe('One of the `cameras` of `GET /api/filters`.');
const MIN_SCORE =
  'The least score of a hit, -1 to 1. Without it: for words what the server takes for unrelated is left out.';

/** `POST /api/search` */
export const SEARCH_REQUEST = z
  .strictObject({
    text: z
      .string()
      .trim()
      .min(1, 'is empty')
      .max(LONGEST_TEXT, `is longer than ${LONGEST_TEXT} characters`)
      .optional()
      .describe('Either this or `imageId`.'),
    notText: z.string().max(LONGEST_TEXT).optional().describe('Words that `text` is to be searched without.'),
    imageId: z
      .int()
      .min(1)
      .max(2 ** 31 - 1)
      .optional()
      .describe('Either this or `text`.'),
    crop: CROP.optional().describe('A part of the upright picture of `imageId`, as fractions of its sides.'),
    library: z.int().min(1).optional().describe('Only what is in this library.'),
    camera,
    takenAfter: time,
    takenBefore: time,
    minScore: z.number().min(-1).max(1).optional().describe(MIN_SCORE),
    limit: z.int().min(1).max(500).default(50),
    cursor: CURSOR,
  })
  .refine(
    ({ text, imageId }) => (text === undefined) !== (imageId === undefined),
    'exactly one of text and imageId is needed',
  )
  .refine(({ text, crop }) => text === undefined || crop === undefined, 'a crop needs an imageId')
  .refine(({ text, notText }) => text !== undefined || notText === undefined, 'notText needs a text');
export type ApiSearchRequest = Input<typeof SEARCH_REQUEST>;

/** `POST /api/search/image`, whose body is a multipart form with the picture in the field `image`. */
export const UPLOAD_QUERY = z.strictObject({
  library: LIBRARY_ID,
  camera,
  takenAfter: TAKEN_AFTER,
  takenBefore: TAKEN_BEFORE,
  minScore: z
    .string()
    .regex(/^-?(\d|\d?\.\d{1,20})$/, 'is no number from -1 to 1')
    .transform(Number)
    .pipe(z.number().min(-1).max(1))
    .optional()
    .describe('The least score of a hit, -1 to 1.'),
  limit: limit(50, 500),
  cursor: CURSOR,
  crop: z
    .string()
    .regex(/^[\d.]{1,24}(,[\d.]{1,24}){3}$/, 'is not x,y,width,height')
    .transform((text) => CROP.parse(toCrop(text)))
    .optional()
    .describe('A part of the upright picture as `x,y,width,height`, fractions of its sides.'),
});

const SEARCH_HIT = z.strictObject({
  ...IMAGE.shape,
  score: z.number().describe('Cosine similarity, -1 to 1.'),
});
export type ApiSearchHit = Output<typeof SEARCH_HIT>;

/** Answered by both searches, `clip-watch search --json` and `clip-watch similar --json`. */
export const SEARCH_ANSWER = z.strictObject({
  items: z.array(SEARCH_HIT),
  nextCursor: z.string().nullable(),
  modelVersion: z.string(),
  minScore: z
    .number()
    .nullable()
    .describe('The least score of a hit in this answer; null when none was asked for or worked out.'),
  belowMinScore: z.int().describe('Ranked photos that were left out because of it.'),
  coverage: z.number().describe('Share of the searchable photos that this answer could look at, 0 to 1.'),
  notice: z
    .string()
    .nullable()
    .describe('One sentence, when there is something to know (starter model, partial coverage).'),
});
/** `POST /api/search` */
export type ApiSearchAnswer = Output<typeof SEARCH_ANSWER>;

function toCrop(text: string): Crop {
  const [x = 0, y = 0, width = 0, height = 0] = text.split(',').map(Number);
  return { x, y, width, height };
}

function isInside({ x, y, width, height }: { x: number; y: number; width: number; height: number }): boolean {
  return x + width <= 1 + 1e-9 && y + height <= 1 + 1e-9;
}
