import { z } from 'zod';
import { STATUS } from './clip.js';
import type { Input, Output } from './shape.js';

/** `application/problem+json`: what every error of every route is answered with. */
export const PROBLEM = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int().min(400).max(599),
  code: z.string().describe('What a program branches on; `docs/errors.md` lists them.'),
  detail: z.string().describe('One sentence for people.'),
});
/** Every error of the API, as RFC 9457 describes it. */
export type ApiProblem = Output<typeof PROBLEM>;

const secret = z.string().min(1).max(500).optional();

/** `POST /api/login` */
export const LOGIN = z
  .strictObject({
    token: secret.describe('Either this or `link`.'),
    link: secret.describe('The end of the link that the server printed. Either this or `token`.'),
  })
  .refine(({ token, link }) => (token === undefined) !== (link === undefined), 'give token or link, and not both');
export type ApiLogin = Input<typeof LOGIN>;

/** `GET /healthz` and `GET /readyz` */
export const HEALTH = z.strictObject({ status: z.string() });

/** `GET /api/plugins` */
export const PLUGINS = z.strictObject({
  items: z.array(
    z.strictObject({
      name: z.string(),
      state: z.string(),
      reason: z.string().nullable().describe('One sentence for people: what is wrong and what to do.'),
    }),
  ),
});

/** Server-sent events of `GET /api/events`: the event's name and its data. */
const EVENTS = z.object({
  status: STATUS,
  library: z.strictObject({
    id: z.int(),
    change: z.enum(['scan-started', 'scan-ended', 'changed', 'removed']),
  }),
});
export type ApiEvents = Output<typeof EVENTS>;
