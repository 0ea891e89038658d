import { basename } from 'node:path/posix';
import type { ImageRow, Library } from '@clip-watch/db';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseRange } from '../http/byte-range.js';
import { isKnownTag, mayTakeRange } from '../http/etag.js';
import { HttpProblem } from '../http/problem.js';
import { openOriginal } from '../photos/open-original.js';

// What browsers show as a picture and nothing else. SVG is a document that may run scripts: it is only downloaded.
const INLINE: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif']);

/** Answers with a photo's own bytes, whole or a range of them. */
export async function sendOriginal(
  request: FastifyRequest,
  reply: FastifyReply,
  library: Pick<Library, 'rootPath' | 'rootIdentity' | 'state'>,
  row: ImageRow,
): Promise<FastifyReply> {
  const opened = await openOriginal(library, row.relPath);
  if (opened.kind === 'refused') {
    request.log.info({ imageId: row.id, reason: opened.reason }, 'original refused');
    throw refusedOriginal(library, opened.reason);
  }
  const { handle, size, modifiedAtMs, changedAtMs } = opened;
  // The row's hash names these bytes only while the file is what was ingested.
  const isCurrent =
    size === row.fileSize &&
    modifiedAtMs === row.modifiedAtMs &&
    (row.changedAtMs === null || changedAtMs === row.changedAtMs);
  const etag = isCurrent ? `"${row.contentHash}"` : `W/"${size}-${modifiedAtMs}"`;
  describe(reply, row, etag);
  if (isKnownTag(request.headers['if-none-match'], etag)) {
    await handle.close();
    return reply.code(304).send();
  }
  const range = mayTakeRange(request.headers['if-range'], etag)
    ? parseRange(request.headers.range, size)
    : ({ kind: 'whole' } as const);
  if (range.kind === 'unsatisfiable') {
    await handle.close();
    reply.header('content-range', `bytes */${size}`);
    throw new HttpProblem('BAD_RANGE', `The file has ${size} bytes.`);
  }
  const [start, end] = range.kind === 'part' ? [range.start, range.end] : [0, size - 1];
  if (range.kind === 'part') reply.code(206).header('content-range', `bytes ${start}-${end}/${size}`);
  reply.header('content-length', Math.max(0, end - start + 1));
  if (size === 0 || request.method === 'HEAD') {
    await handle.close();
    return reply.send('');
  }
  return reply.send(handle.createReadStream({ start, end }));
}

/** Why a photo's own bytes cannot be had. @param reason what opening it met */
export function refusedOriginal({ state }: Pick<Library, 'state'>, reason?: string): HttpProblem {
  return state === 'offline' || reason === 'ROOT_CHANGED'
    ? new HttpProblem('LIBRARY_OFFLINE', 'The library is offline, so its originals are away.')
    : new HttpProblem('NOT_FOUND', 'The file is not there, or cannot be read.');
}

function describe(reply: FastifyReply, { mediaType, relPath }: ImageRow, etag: string): void {
  const isInline = mediaType !== null && INLINE.has(mediaType);
  reply
    .type(isInline ? mediaType : 'application/octet-stream')
    .header('content-disposition', `${isInline ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeName(relPath)}`)
    .header('accept-ranges', 'bytes')
    .header('etag', etag)
    .header('cache-control', 'private, no-cache')
    .header('content-security-policy', "default-src 'none'; sandbox");
}

function encodeName(relPath: string): string {
  // A lone surrogate cannot be encoded; file names may hold one. Through bytes it becomes the replacement character.
  return encodeURIComponent(Buffer.from(basename(relPath)).toString()).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  );
}
