import type { BigIntStats } from 'node:fs';

/** A library's folder as every process is told of it. */
export interface LibraryRoot {
  /** Absolute, with all links resolved when it became a library. */
  readonly rootPath: string;
  /** As `identityOf` names it; null as long as nobody has seen the library's photos in it. */
  readonly rootIdentity: string | null;
}

/** Stands for an identity where the file system makes inodes up: only the photos in a folder can tell which it is. */
export const UNSURE_IDENTITY = '?';

/**
 * What tells a folder from every other, on one line: device, inode, time of birth in nanoseconds. Birth, because some
 * file systems give the inode of a deleted folder to the next one; 0 where it is not known.
 * @param stats of the folder, read with `bigint: true`
 * @returns `device:inode:birth`, in decimal
 * @example
 * identityOf(await stat('/srv/photos', { bigint: true })); // '2049:131:1700000000000000000'
 */
export function identityOf({ dev, ino, birthtimeNs }: Pick<BigIntStats, 'dev' | 'ino' | 'birthtimeNs'>): string {
  return `${dev}:${ino}:${birthtimeNs}`;
}

/**
 * Compares the identity that a library was kept with to that of the folder met at its path. `same`: the very folder. `alike`: its inode, but another device or birth, as after a new mount of the same disk: its
 * content has to decide. `other`: a different folder.
 * @example
 * compareIdentities('2049:131:17', '2050:131:17'); // 'alike'
 */
export function compareIdentities(kept: string, met: string): 'same' | 'alike' | 'other' {
  if (kept === met) return 'same';
  const [keptDevice, keptInode, keptBirth] = kept.split(':');
  const [device, inode, birth] = met.split(':');
  if (keptInode !== inode) return 'other';
  const isBirthUnknown = keptBirth === '0' || birth === '0';
  return keptDevice === device && isBirthUnknown ? 'same' : 'alike';
}
