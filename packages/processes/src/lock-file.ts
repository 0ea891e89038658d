/**
 * Locks between processes. A lock is a file whose time its holder keeps fresh; a process id would mean nothing to
 * another container that shares the folder.
 */
import { randomUUID } from 'node:crypto';
import { open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemCode } from './system-code.js';

const SILENT_MS = 60_000;
/** So that a holder has to miss several beats in a row before it is taken for dead. */
const BEATS_UNTIL_SILENT = 12;
const WITH_LOCK_SILENT_MS = 3_000;
/** Longer than a dead holder's silence. Passed only when the clock was set back, and the lock looks fresh for ever. */
const WITH_LOCK_PATIENCE_MS = 4_000;

/**
 * Takes the lock, unless somebody holds it.
 * @param silentMs a lock not touched for this long belongs to a process that died, and is taken over. Default 60,000
 * @returns undefined when somebody holds it; otherwise dispose of it to let the next one in
 * @throws Error as `node:fs` does when the file cannot be made
 */
export async function tryLock(file: string, silentMs: number = SILENT_MS): Promise<AsyncDisposable | undefined> {
  const owner = randomUUID();
  const isHeld =
    (await create(file, owner)) || ((await isSilent(file, silentMs)) && (await takeOver(file, owner, silentMs)));
  if (!isHeld) return undefined;
  const beat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {}); // Removed with its folder: there is nothing left to guard.
  }, silentMs / BEATS_UNTIL_SILENT).unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(beat);
      // While this machine slept, another process may have taken the lock over.
      const holder = await readFile(file, 'utf8').catch(() => undefined);
      if (holder === owner) await rm(file, { force: true });
    },
  };
}

/**
 * Does a short piece of work, of milliseconds, while no other process does the same.
 * @throws what `work` throws, and Error as `node:fs` does when the lock cannot be made
 */
export async function withLock(file: string, work: () => Promise<void>): Promise<void> {
  const giveUpAt = performance.now() + WITH_LOCK_PATIENCE_MS;
  let lock = await tryLock(file, WITH_LOCK_SILENT_MS);
  while (lock === undefined && performance.now() < giveUpAt) {
    await sleep(20 + Math.random() * 40);
    lock = await tryLock(file, WITH_LOCK_SILENT_MS);
  }
  try {
    await work();
  } finally {
    await (lock === undefined ? rm(file, { force: true }) : lock[Symbol.asyncDispose]());
  }
}

async function create(file: string, owner: string): Promise<boolean> {
  const handle = await open(file, 'wx', 0o600).catch((error: unknown) => {
    if (systemCode(error) === 'EEXIST') return undefined;
    throw error;
  });
  if (handle === undefined) return false;
  try {
    await handle.writeFile(owner);
    return true;
  } catch (error) {
    // On a full disk it would stay behind without an owner, and keep the next one waiting.
    await rm(file, { force: true }).catch(() => {});
    throw error;
  } finally {
    await handle.close();
  }
}

/** Several may find the lock silent at once. A second lock decides between them, and its holder looks once more. */
async function takeOver(file: string, owner: string, silentMs: number): Promise<boolean> {
  const turn = `${file}.turn`;
  if (!(await create(turn, owner))) {
    if (await isSilent(turn, silentMs)) await rm(turn, { force: true }); // Left by a process that died right here.
    return false;
  }
  try {
    if (await isSilent(file, silentMs)) await rm(file, { force: true });
    return await create(file, owner);
  } finally {
    await rm(turn, { force: true });
  }
}

/** False when the file is gone: there is nothing to take over then. */
async function isSilent(file: string, silentMs: number): Promise<boolean> {
  const touchedAt = (await stat(file).catch(() => undefined))?.mtimeMs ?? Number.POSITIVE_INFINITY;
  return Date.now() - touchedAt >= silentMs;
}
