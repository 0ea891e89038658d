import type { FastifyRequest } from 'fastify';
import { systemCode } from '../errors.js';
import { HttpProblem } from './problem.js';
import { type Body, type PaceLimits, watchPace } from './upload-pace.js';
import type { SpooledUpload, UploadSpool } from './upload-spool.js';

export interface UploadsOptions {
  readonly spool: UploadSpool;
  readonly pace?: PaceLimits;
}

/** What is looked at of a request. */
export type UploadRequest = Pick<FastifyRequest, 'isMultipart' | 'file'> & { readonly raw: Body };

/** Receives the files of forms into the spool. */
export interface Uploads {
  /**
   * The one file of a form, once all of it has come.
   * @throws HttpProblem UNSUPPORTED_MEDIA_TYPE, BAD_REQUEST, TOO_LARGE, TOO_SLOW, BUSY
   */
  receive(
    request: UploadRequest,
    reply: { header(name: string, value: string): unknown },
    field: string,
  ): Promise<SpooledUpload>;
}

export function createUploads({ spool, pace }: UploadsOptions): Uploads {
  return {
    async receive(request, reply, field) {
      if (!request.isMultipart())
        throw new HttpProblem('UNSUPPORTED_MEDIA_TYPE', `Send the picture as multipart/form-data, field "${field}".`);
      using _place = spool.enter();
      const slow = new AbortController();
      using _pace = watchPace(request.raw, () => slow.abort(tooSlow()), pace);
      try {
        return await orSlow(readFile(request, field, spool, slow.signal), slow.signal);
      } catch (error) {
        // Nobody waits for the rest of it.
        if (slow.signal.aborted) reply.header('connection', 'close');
        throw isBadForm(error) ? new HttpProblem('BAD_REQUEST', 'The form is damaged.', { cause: error }) : error;
      }
    },
  };
}

async function readFile(
  request: UploadRequest,
  field: string,
  spool: UploadSpool,
  slow: AbortSignal,
): Promise<SpooledUpload> {
  const part = await request.file();
  if (slow.aborted) {
    part?.file.destroy();
    throw slow.reason;
  }
  // The parser ends the file by itself only when the browser leaves before it was answered.
  slow.addEventListener('abort', () => part?.file.destroy(tooSlow()), { once: true });
  if (part === undefined || part.fieldname !== field) {
    part?.file.resume();
    throw new HttpProblem('BAD_REQUEST', `${field}: the picture is missing`);
  }
  const upload = await spool.write(part.file);
  if (!part.file.truncated) return upload;
  await upload[Symbol.asyncDispose]();
  throw new HttpProblem('TOO_LARGE', 'The picture is larger than an upload may be.');
}

function tooSlow(): HttpProblem {
  return new HttpProblem('TOO_SLOW', 'The upload comes too slowly. Try again over a better connection.');
}

/** Before the first part arrives there is no stream to end, so the wait itself is cut short. */
function orSlow(reading: Promise<SpooledUpload>, signal: AbortSignal): Promise<SpooledUpload> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    // One whose last bytes came just too late.
    reading.then((upload) => (signal.aborted ? upload[Symbol.asyncDispose]() : resolve(upload)), reject).catch(reject);
  });
}

/** The form's parser throws plain errors, and ends a file that has no end early. The framework's and our own have other codes. */
function isBadForm(error: unknown): boolean {
  const code = systemCode(error);
  return code === undefined || code === 'ERR_STREAM_PREMATURE_CLOSE';
}
