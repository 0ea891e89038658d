import { lstatSync, realpath, realpathSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { identityOf } from './identity.js';

// Not the one of fs/promises: this one keeps the spelling of each part of a path that is no link.
const followLinks = promisify(realpath);

/** A folder that was opened. */
export interface Opened {
  /** The path that it was asked for by. */
  readonly named: string;
  /** Where it lies, as the system spells it. */
  readonly real: string;
  readonly identity: string;
}

/**
 * Whether an opened folder lies where it was looked for, without a link on the way. A file system that ignores case opens
 * it under any spelling, and the system answers with the one that is stored.
 */
export async function isSamePath({ named, real, identity }: Opened): Promise<boolean> {
  if (named === real) return true;
  if (named.toLowerCase() !== real.toLowerCase()) return false;
  return identityOf(await lstat(named, { bigint: true })) === identity && (await followLinks(named)) === named;
}

/** `isSamePath` with blocking calls. */
export function isSamePathSync({ named, real, identity }: Opened): boolean {
  if (named === real) return true;
  if (named.toLowerCase() !== real.toLowerCase()) return false;
  return identityOf(lstatSync(named, { bigint: true })) === identity && realpathSync(named) === named;
}
