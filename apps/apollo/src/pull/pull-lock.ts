import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { tryLock } from '@clip-watch/processes';
import { ApolloError } from '../errors.js';

/**
 * Lets one pull at a time work on a folder.
 * @throws ApolloError PULL_FAILED when another pull is at work
 */
export async function lockPull(file: string): Promise<AsyncDisposable> {
  await mkdir(dirname(file), { recursive: true });
  const lock = await tryLock(file);
  if (lock !== undefined) return lock;
  throw new ApolloError(
    'PULL_FAILED',
    `another pull of this model is under way (${file}): let it end, or wait a minute if it was killed`,
  );
}
