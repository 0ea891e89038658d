import { z } from 'zod';
import { COUNTS, LIBRARY } from './libraries.js';
import { QUIET_HOURS } from './quiet-hours.js';
import type { Input, Output } from './shape.js';

export const LARGEST_CONCURRENCY = 256;

const NAMED_MODEL = z.strictObject({ name: z.string(), version: z.string() });

const ETA = z
  .strictObject({ low: z.number(), high: z.number() })
  .nullable()
  .describe('Seconds until the backlog is done, as a range; null when nothing is pending or nothing is known yet.');

const ENCODER = z.strictObject({
  address: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
  model: NAMED_MODEL.nullable(),
  inFlight: z.int(),
  window: z.int(),
});
export type ApiEncoder = Output<typeof ENCODER>;

const MODEL_CHANGE = z.strictObject({
  state: z
    .enum(['encoding', 'changed'])
    .describe(
      '`encoding`: the search is in the model of before. `changed`: it is in the new one, and finds what is ready.',
    ),
  from: NAMED_MODEL.nullable(),
  to: NAMED_MODEL,
  done: z.int().describe('Photos that have their outcome in the new model, of all that a search could find.'),
  total: z.int(),
  coverage: z.number(),
  notFound: z
    .int()
    .describe('Encoded photos that the search does not find before the change (new ones), or not yet after it.'),
  etaSeconds: ETA,
});
/** Photos on their way from one model to another. */
export type ApiModelChange = Output<typeof MODEL_CHANGE>;

const QUIET_HOURS_HELP = 'The hours in which encoding rests, like `22:00-07:00`; null for none.';

/** `GET /api/clip/status` and `clip-watch status --json`. */
export const STATUS = z.strictObject({
  ...COUNTS.shape,
  state: z.enum(['running', 'paused', 'idle', 'offline', 'disabled', 'misconfigured']),
  reason: z.string().nullable().describe('One sentence for people, when `state` is not `running` or `idle`.'),
  model: z.strictObject({ ...NAMED_MODEL.shape, dimension: z.int(), starter: z.boolean() }).nullable(),
  encoders: z.array(ENCODER),
  concurrency: z.int(),
  quietHours: z.string().nullable().describe(QUIET_HOURS_HELP),
  imagesPerSecond: z.number(),
  etaSeconds: ETA,
  change: MODEL_CHANGE.nullable().describe(
    'Null when every photo is in the model that is searched, or on its way into its first one.',
  ),
  libraries: z.array(
    z.strictObject({
      ...COUNTS.shape,
      ...LIBRARY.pick({
        id: true,
        name: true,
        state: true,
        stateReason: true,
        question: true,
        answer: true,
        scanning: true,
      }).shape,
    }),
  ),
});
/** `GET /api/clip/status` and `clip-watch status --json` */
export type ApiClipStatus = Output<typeof STATUS>;
export type ClipRunState = ApiClipStatus['state'];

/** Answered by `PATCH /api/clip/settings`. */
export const CLIP_SETTINGS = z.strictObject({
  concurrency: z.int(),
  quietHours: z.string().nullable().describe(QUIET_HOURS_HELP),
  notice: z.string().nullable().describe('One sentence when a change does not hold over a restart, and why.'),
});
/** `GET /api/clip/settings` */
export type ApiClipSettings = Output<typeof CLIP_SETTINGS>;

/** `PATCH /api/clip/settings` */
export const SETTINGS_CHANGE = z.strictObject({
  concurrency: z.int().min(1).max(LARGEST_CONCURRENCY).optional(),
  quietHours: QUIET_HOURS.nullable().optional().describe(QUIET_HOURS_HELP),
});
export type ApiSettingsChange = Input<typeof SETTINGS_CHANGE>;

/** `POST /api/clip/model/switch` */
export const MODEL_SWITCH = z.strictObject({
  now: z.boolean().optional().describe('The search goes over at once, and finds what is ready.'),
});
