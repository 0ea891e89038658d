import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpProblem } from './problem.js';

// Each is held in memory, twice for a moment: with its largest size, this bounds what uploads can take.
const UPLOADS_AT_ONCE = 4;

/** Bodies of these routes are read a few at a time; whoever comes beyond that is asked to come again. */
export function limitUploads(app: FastifyInstance, urls: ReadonlySet<string>): void {
  let running = 0;
  app.addHook('preHandler', async (request, reply) => {
    if (!urls.has(request.routeOptions.url ?? '')) return;
    if (running >= UPLOADS_AT_ONCE)
      throw new HttpProblem('TOO_MANY_REQUESTS', 'Other uploads are being looked at. Try again in a moment.');
    running++;
    reply.raw.once('close', () => running--);
  });
}

/**
 * The one file of a form.
 * @throws HttpProblem UNSUPPORTED_MEDIA_TYPE, BAD_REQUEST; the framework's own error for one that is too large
 */
export async function readUpload(request: FastifyRequest, field: string): Promise<Uint8Array> {
  if (!request.isMultipart())
    throw new HttpProblem('UNSUPPORTED_MEDIA_TYPE', `Send the picture as multipart/form-data, field "${field}".`);
  try {
    const part = await request.file();
    if (part === undefined || part.fieldname !== field)
      throw new HttpProblem('BAD_REQUEST', `${field}: the picture is missing`);
    return await part.toBuffer();
  } catch (error) {
    throw isBadForm(error) ? new HttpProblem('BAD_REQUEST', 'The form is damaged.', { cause: error }) : error;
  }
}

/** The form's parser throws plain errors, and nothing else here does: the framework's and our own have codes. */
function isBadForm(error: unknown): boolean {
  return !(error instanceof Error && 'code' in error);
}
