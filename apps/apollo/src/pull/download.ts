import { createHash } from 'node:crypto';
import { createReadStream, ftruncateSync, writeSync } from 'node:fs';
import { mkdir, open, rm, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { putInPlace, restartPauseMs, systemCode } from '@clip-watch/processes';
import { ApolloError, messageOf } from '../errors.js';
import { fileSize } from '../model/model-files.js';
import { dropAnswer, explainHttpError, httpGet } from './http-get.js';
import type { HubFile } from './hub-listing.js';

export interface DownloadOptions {
  readonly url: URL;
  readonly file: HubFile;
  /** Where the file goes; it is `TARGET.part` until it has been checked. */
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
 * Fetches one file: resumes a broken transfer where it stopped, takes no more bytes than announced, and gives the file
 * its name only when its hash is right.
 * @throws ApolloError PULL_FAILED; what arrived is kept for the next run, unless it was wrong
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
  // From here on the size alone says that the file is whole: a power cut must not leave zeros in it.
  await putInPlace(part, target);
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
  // Opened first: an answer that breaks off before anybody listens to it would never report that.
  await using handle = await open(part, 'a');
  const request = { headers, environment, ...(idleMs === undefined ? {} : { idleMs }) };
  const answer = await httpGet(url, request);
  const { statusCode } = answer;
  if (statusCode !== 200 && statusCode !== 206) {
    dropAnswer(answer);
    throw new HttpStatusError(statusCode, url.host);
  }
  // A server that cannot resume starts over at the first byte.
  const start = statusCode === 206 ? have : 0;
  ftruncateSync(handle.fd, start);
  const onCount = (bytes: number): void => options.onProgress?.(start + bytes);
  await receive(answer.body, handle.fd, file.size - start, onCount).catch((error: unknown) => {
    throw explainHttpError(error, url, request);
  });
  const got = await fileSize(part);
  if (got < file.size) throw new Error(`the transfer ended after ${got} of ${file.size} bytes`);
}

/**
 * Writes the body chunk by chunk, at once. A stream would throw away what it has buffered when the transfer breaks, and
 * over a line that breaks every second the download would never get ahead.
 * @param limit in bytes, so that an endless answer does not fill the disk
 */
function receive(body: Readable, fd: number, limit: number, onCount: (bytes: number) => void): Promise<void> {
  let bytes = 0;
  return new Promise((resolve, reject) => {
    body.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      try {
        if (bytes > limit) throw new Error('the server sends more than the hub lists');
        writeAll(fd, chunk);
        onCount(bytes);
      } catch (error) {
        body.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    });
    body.once('end', resolve);
    body.once('error', reject);
    body.once('close', () => reject(new Error('the connection broke')));
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

/** A full disk or a refusal will be the same next time; a broken line may not. */
function mayPass(error: unknown): boolean {
  if (error instanceof HttpStatusError) return error.status >= 500 || error.status === 429;
  const code = systemCode(error);
  return code === undefined || !['ENOSPC', 'EACCES', 'EROFS', 'EDQUOT', 'EISDIR', 'ENOTFOUND'].includes(code);
}

function failure(file: HubFile, error: unknown): ApolloError {
  const isFull = ['ENOSPC', 'EDQUOT'].includes(systemCode(error) ?? '');
  const advice = isFull ? 'make room and run it again' : 'run it again later: it goes on where it stopped';
  return new ApolloError('PULL_FAILED', `${file.path} could not be fetched: ${messageOf(error)}; ${advice}`, {
    cause: error,
  });
}
