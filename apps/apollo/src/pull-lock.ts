import { mkdir, open, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ApolloError } from './errors.js';

/** The holder says this often that it lives; a lock that has been silent for so long is one that a dead pull left. */
const BEAT_MS = 5000;
const SILENT_MS = 60_000;

/**
 * Lets one pull at a time work on a folder. A file with a fresh time, not a process id: ids mean nothing to another
 * container that shares the folder.
 * @throws ApolloError PULL_FAILED when another pull has it
 */
export async function lockPull(file: string): Promise<AsyncDisposable> {
  await mkdir(dirname(file), { recursive: true });
  if (!(await create(file))) {
    await refuseIfAlive(file);
    await rm(file, { force: true });
    if (!(await create(file))) throw isTaken(file);
  }
  const beat = setInterval(() => {
    const now = new Date();
    // Gone with its folder: then there is nothing left to guard.
    utimes(file, now, now).catch(() => {});
  }, BEAT_MS).unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(beat);
      await rm(file, { force: true });
    },
  };
}

async function create(file: string): Promise<boolean> {
  try {
    await (await open(file, 'wx')).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function refuseIfAlive(file: string): Promise<void> {
  const beatAt = (await stat(file).catch(() => undefined))?.mtimeMs ?? 0;
  if (Date.now() - beatAt < SILENT_MS) throw isTaken(file);
}

const isTaken = (file: string): ApolloError =>
  new ApolloError(
    'PULL_FAILED',
    `another pull of this model is under way (${file}): let it end, or wait a minute if it was killed`,
  );
