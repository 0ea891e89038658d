import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
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
  const owner = randomUUID();
  await mkdir(dirname(file), { recursive: true });
  const isHeld = (await create(file, owner)) || ((await isSilent(file)) && (await takeOver(file, owner)));
  if (!isHeld) throw isTaken(file);
  const beat = setInterval(() => {
    const now = new Date();
    // Gone with its folder: then there is nothing left to guard.
    utimes(file, now, now).catch(() => {});
  }, BEAT_MS).unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(beat);
      // A machine that slept for a minute may have lost it to another pull.
      const holder = await readFile(file, 'utf8').catch(() => undefined);
      if (holder === owner) await rm(file, { force: true });
    },
  };
}

async function create(file: string, owner: string): Promise<boolean> {
  try {
    await writeFile(file, owner, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // On a full disk it would stay behind without an owner, and hold up the next pull.
    await rm(file, { force: true }).catch(() => {});
    throw error;
  }
}

/** Several may find a lock silent at once; who takes it over holds a second one meanwhile, and looks again under it. */
async function takeOver(file: string, owner: string): Promise<boolean> {
  const turn = `${file}.turn`;
  if (!(await create(turn, owner))) {
    if (await isSilent(turn)) await rm(turn, { force: true }); // Its owner died within these few steps. The next pull gets it.
    return false;
  }
  try {
    if (await isSilent(file)) await rm(file, { force: true });
    return await create(file, owner);
  } finally {
    await rm(turn, { force: true });
  }
}

/** False for one that is gone: nothing is to be removed then. */
async function isSilent(file: string): Promise<boolean> {
  const beatAt = (await stat(file).catch(() => undefined))?.mtimeMs ?? Number.POSITIVE_INFINITY;
  return Date.now() - beatAt >= SILENT_MS;
}

const isTaken = (file: string): ApolloError =>
  new ApolloError(
    'PULL_FAILED',
    `another pull of this model is under way (${file}): let it end, or wait a minute if it was killed`,
  );
