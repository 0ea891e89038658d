import { createHash } from 'node:crypto';
import { createReadStream, ftruncateSync, writeSync } from 'node:fs';
import { mkdir, open, rename, rm, truncate } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { restartPauseMs } from '@clip-watch/processes';
import { ApolloError, messageOf } from './errors.js';
import { httpGet } from './http-get.js';
import type { HubFile } from './hub-listing.js';
import { fileSize } from './model-files.js';

export interface DownloadOptions {
  readonly url: URL;
  readonly file: HubFile;
  /** Where it shall lie in the end; until it is checked it is `TARGET.part`. */
  readonly target: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Longest pause after the first broken transfer; the ceiling doubles each time. */
  readonly retryMs?: number;
  readonly idleMs?: number;
  onProgress?(bytes: number): void;
}

const ATTEMPTS = 5;
const RETRY_MS = 2000;
const LONGEST_RETRY_MS = 16_000;

/**
 * Fetches one file: resumes a broken transfer where it stopped, takes no byte more than was announced, and gives the
 * file its name only when its hash is right.
 * @throws ApolloError PULL_FAILED; what came so far stays for the next try, unless it was wrong
 */
export async function downloadFile(options: DownloadOptions): Promise<void> {
  const { file, target } = options;
  if ((await fileSize(target)) === file.size && (await hasDigest(target, file))) return;
  const part = `${target}.part`;
  await mkdir(dirname(target), { recursive: true });
  for (let attempt = 1; ; attempt++) {
    try {
      await fetchRest(options, part);
      if (await hasDigest(part, file)) break;
      await rm(part, { force: true });
      throw new Error('its content is not what the hub lists (SHA-256 differs)');
    } catch (error) {
      if (attempt >= ATTEMPTS || !mayPass(error)) throw failure(file, error);
      await sleep(restartPauseMs(attempt - 1, { baseMs: options.retryMs ?? RETRY_MS, capMs: LONGEST_RETRY_MS }));
    }
  }
  await syncFile(part);
  await rename(part, target);
}

/** From here on its size alone says that it is whole: a power cut must not leave zeros in it. */
async function syncFile(path: string): Promise<void> {
  await using handle = await open(path, 'r+');
  await handle.sync();
}

async function fetchRest(options: DownloadOptions, part: string): Promise<void> {
  const { file, url, environment, idleMs } = options;
  let have = await fileSize(part);
  if (have > file.size) {
    await truncate(part, 0);
    have = 0;
  }
  if (have === file.size) return;
  const headers: Record<string, string> = have > 0 ? { range: `bytes=${have}-` } : {};
  // Opened first: an answer that breaks off while nobody listens is never heard of again.
  await using handle = await open(part, 'a');
  const response = await httpGet(url, { headers, environment, ...(idleMs === undefined ? {} : { idleMs }) });
  const status = response.statusCode ?? 0;
  if (status !== 200 && status !== 206) {
    response.destroy();
    throw new HttpStatusError(status, url.host);
  }
  // A server that does not resume starts again at the first byte.
  const start = status === 206 ? have : 0;
  ftruncateSync(handle.fd, start);
  await receive(response, handle.fd, file.size - start, (bytes) => options.onProgress?.(start + bytes));
  const got = await fileSize(part);
  if (got < file.size) throw new Error(`the transfer ended after ${got} of ${file.size} bytes`);
}

/**
 * Writes the body as it comes. At once and not through a stream: one that breaks off throws away what it holds, and a
 * line that breaks every second would never get on.
 * @param limit a server that never ends must not fill the disk
 */
function receive(
  response: IncomingMessage,
  fd: number,
  limit: number,
  onCount: (bytes: number) => void,
): Promise<void> {
  let bytes = 0;
  return new Promise((resolve, reject) => {
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      try {
        if (bytes > limit) throw new Error('the server sends more than the hub lists');
        writeAll(fd, chunk);
        onCount(bytes);
      } catch (error) {
        response.destroy(error as Error);
      }
    });
    response.once('end', resolve);
    response.once('error', reject);
    response.once('close', () => reject(new Error('the connection broke')));
  });
}

function writeAll(fd: number, chunk: Buffer): void {
  for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at);
}

async function hasDigest(path: string, { size, digest }: HubFile): Promise<boolean> {
  const hash = createHash(digest.kind === 'sha256' ? 'sha256' : 'sha1');
  if (digest.kind === 'git-blob') hash.update(`blob ${size}\0`);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex') === digest.hex;
}

class HttpStatusError extends Error {
  readonly status: number;

  constructor(status: number, host: string) {
    super(`${host} answers with status ${status}`);
    this.status = status;
  }
}

/** A full disk or a refusal stays what it is; a broken line may be whole the next time. */
function mayPass(error: unknown): boolean {
  if (error instanceof HttpStatusError) return error.status >= 500 || error.status === 429;
  const code = (error as NodeJS.ErrnoException).code;
  return code === undefined || !['ENOSPC', 'EACCES', 'EROFS', 'EDQUOT', 'EISDIR', 'ENOTFOUND'].includes(code);
}

function failure(file: HubFile, error: unknown): ApolloError {
  const isFull = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
  const advice = isFull ? 'make room and run it again' : 'run it again later: it goes on where it stopped';
  return new ApolloError('PULL_FAILED', `${file.path} could not be fetched: ${messageOf(error)}; ${advice}`, {
    cause: error,
  });
}
