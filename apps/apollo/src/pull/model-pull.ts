import { mkdir, rename, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode } from '@clip-watch/processes';
import type { PullOptions } from '../cli-options.js';
import { ApolloError, messageOf } from '../errors.js';
import { pulledFolder } from '../model/model-choice.js';
import { fileSize } from '../model/model-files.js';
import { openModelFolder } from '../model/model-folder.js';
import { downloadFile } from './download.js';
import { dropAnswer, httpGet } from './http-get.js';
import { type HubFile, pickHubFiles } from './hub-listing.js';
import { lockPull } from './pull-lock.js';

export interface PullContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Called often, with the bytes of all files: those here so far, and all there are. */
  onProgress?(done: number, total: number): void;
  readonly retryMs?: number;
  readonly idleMs?: number;
}

export interface PulledModel {
  readonly folder: string;
  readonly version: string;
  /** True when nothing had to be fetched. */
  readonly wasThere: boolean;
}

const MAX_LISTING_BYTES = 8 * 1024 * 1024;
/** Left free on the disk. */
const SPARE_BYTES = 64 * 1024 * 1024;

/**
 * Fetches a model from the hub, or a mirror of it, into the data folder. It takes its place only when every file is
 * there and checked, so that a running server never reads half a model.
 * @throws ApolloError PULL_FAILED, MODEL_BROKEN
 */
export async function pullModel(options: PullOptions, context: PullContext): Promise<PulledModel> {
  const folder = pulledFolder(options.dataDir, options.model);
  const files = await listFiles(options, context);
  const missing = await missingFiles(folder, files);
  if (missing.length > 0) {
    await using _lock = await lockPull(`${folder}.lock`);
    const staging = `${folder}.partial`;
    await checkRoom(staging, files);
    await fetchAll(options, context, staging, files);
    await openModelFolder(staging, { precision: options.precision });
    await replaceFolder(staging, folder);
  }
  const { version } = await openModelFolder(folder, { precision: options.precision });
  return { folder, version, wasThere: missing.length === 0 };
}

async function listFiles(options: PullOptions, context: PullContext): Promise<HubFile[]> {
  const url = address(options.mirror, `api/models/${options.model}/tree/main?recursive=true`);
  try {
    const answer = await httpGet(url, context);
    if (answer.statusCode !== 200) {
      dropAnswer(answer);
      throw new Error(answer.statusCode === 404 ? 'there is no such model' : `status ${answer.statusCode}`);
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_LISTING_BYTES) throw new Error('the list of files does not end');
      chunks.push(chunk);
    }
    return pickHubFiles(JSON.parse(Buffer.concat(chunks).toString('utf8')), options.precision);
  } catch (error) {
    throw new ApolloError('PULL_FAILED', `${options.model} cannot be had from ${url.host}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Without the trailing slash, the last part of the mirror's own path would be dropped. */
const address = (mirror: string, path: string): URL => new URL(path, mirror.endsWith('/') ? mirror : `${mirror}/`);

async function missingFiles(folder: string, files: readonly HubFile[]): Promise<HubFile[]> {
  const sizes = await Promise.all(files.map(({ path }) => fileSize(join(folder, path))));
  return files.filter((file, i) => sizes[i] !== file.size);
}

async function checkRoom(staging: string, files: readonly HubFile[]): Promise<void> {
  await mkdir(staging, { recursive: true });
  const { bavail, bsize } = await statfs(staging);
  const missing = await missingFiles(staging, files);
  const needed = missing.reduce((sum, { size }) => sum + size, SPARE_BYTES);
  if (bavail * bsize >= needed) return;
  const [want, have] = [needed, bavail * bsize].map((bytes) => `${Math.round(bytes / 1e6)} MB`);
  throw new ApolloError('PULL_FAILED', `${dirname(staging)} has ${have} free, ${want} are needed: make room first`);
}

async function fetchAll(
  options: PullOptions,
  context: PullContext,
  staging: string,
  files: readonly HubFile[],
): Promise<void> {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  for (const file of files) {
    const { environment, retryMs, idleMs } = context;
    await downloadFile({
      url: address(options.mirror, `${options.model}/resolve/main/${file.path}`),
      file,
      target: join(staging, file.path),
      environment,
      onProgress: (bytes) => context.onProgress?.(before + bytes, total),
      ...(retryMs === undefined ? {} : { retryMs }),
      ...(idleMs === undefined ? {} : { idleMs }),
    });
    before += file.size;
    context.onProgress?.(before, total);
  }
}

async function replaceFolder(staging: string, folder: string): Promise<void> {
  const old = `${folder}.old`;
  await rm(old, { recursive: true, force: true });
  await rename(folder, old).catch((error: unknown) => {
    if (systemCode(error) !== 'ENOENT') throw error;
  });
  await rename(staging, folder);
  await rm(old, { recursive: true, force: true });
}
