import { rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemCode } from '../errors.js';

// About three seconds: a lock that outlasts them was left by a process that died.
const TRIES = 80;

/** Lets one process at a time work on a file that several share. @throws what `work` throws, and why no lock can be made */
export async function oneAtATime(file: string, work: () => Promise<void>): Promise<void> {
  const lock = `${file}.lock`;
  for (let tries = 0; tries < TRIES && !(await create(lock)); tries++) await sleep(20 + Math.random() * 40);
  try {
    await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function create(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, '', { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}
