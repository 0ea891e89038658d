import { randomUUID } from 'node:crypto';
import { open, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { makeOwnedFolder, sweepLeftovers } from '@clip-watch/processes';
import { HostError, messageOf, systemCode } from '../errors.js';
import { HttpProblem } from './problem.js';

export interface SpoolLimits {
  /** Files being received at once. */
  readonly files: number;
  /** Bytes of all files that are there. */
  readonly bytes: number;
}

/** An upload that has arrived. Its file goes with it. */
export interface SpooledUpload extends AsyncDisposable {
  readonly rootPath: string;
  /** Our own folder: nobody puts another in its place. */
  readonly rootIdentity: null;
  readonly relPath: string;
  readonly fileSize: number;
}

/** A folder for uploads while they arrive and are looked at: none of them is held in memory. */
export interface UploadSpool {
  /**
   * Takes the place of one upload, which is given back with `Symbol.dispose` of the result.
   * @throws HttpProblem BUSY
   */
  enter(): Disposable;
  /** @throws HttpProblem BUSY when all uploads together are too large; what the stream throws. Nothing is left behind then. */
  write(content: Readable): Promise<SpooledUpload>;
  /** What is held now. */
  load(): { readonly receiving: number; readonly bytes: number };
  /** Removes whatever is still there. */
  close(): Promise<void>;
}

function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(systemCode(error) ?? '');
}

function diskFull(cause: unknown): HttpProblem {
  return new HttpProblem('DISK_FULL', 'The disk with the data folder is full. Free some space there.', { cause });
}

async function makeFolder(dataDir: string): Promise<string> {
  await sweepLeftovers(dataDir);
  try {
    // Pictures are read below a path without links only.
    return makeOwnedFolder(await realpath(dataDir), 'uploads');
  } catch (cause) {
    throw new HostError(
      'DATA_FOLDER',
      `cannot make a folder for uploads in ${dataDir}: ${messageOf(cause)}; make it writable, or name another data folder with CLIP_WATCH_DATA_DIR`,
      { cause },
    );
  }
}

const LIMITS: SpoolLimits = { files: 128, bytes: 512 << 20 };

/**
 * Makes a folder of its own, and removes those that ended processes left. Several may be open in one data folder.
 * @throws HostError DATA_FOLDER
 */
export async function openUploadSpool(dataDir: string, limits: SpoolLimits = LIMITS): Promise<UploadSpool> {
  const folder = await makeFolder(dataDir);
  let receiving = 0;
  let bytes = 0;

  const take = (more: number): void => {
    if (bytes + more > limits.bytes)
      throw new HttpProblem('BUSY', 'Too many uploads have come at once. Try again in a moment.');
    bytes += more;
  };

  return {
    enter() {
      if (receiving >= limits.files)
        throw new HttpProblem('BUSY', 'Too many uploads are being received. Try again in a moment.');
      receiving++;
      return { [Symbol.dispose]: () => void receiving-- };
    },
    async write(content) {
      const relPath = randomUUID();
      const path = join(folder, relPath);
      let fileSize = 0;
      const remove = async (): Promise<void> => {
        bytes -= fileSize;
        fileSize = 0;
        await rm(path, { force: true });
      };
      try {
        await using file = await open(path, 'wx', 0o600);
        // Not destroyed when this ends early: the form's parser would stand still, and the answer with it.
        for await (const chunk of content.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
          take(chunk.length);
          fileSize += chunk.length;
          await file.writeFile(chunk);
        }
      } catch (error) {
        content.resume();
        await remove();
        throw isDiskFull(error) ? diskFull(error) : error;
      }
      return { rootPath: folder, rootIdentity: null, relPath, fileSize, [Symbol.asyncDispose]: remove };
    },
    load: () => ({ receiving, bytes }),
    async close() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}
