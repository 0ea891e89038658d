// Numbers of statfs(2) for file systems that live elsewhere: changes made on another machine raise no event here.
const REMOTE: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x65735546, 'FUSE'],
  [0x01021997, '9P'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'CephFS'],
]);

/** The name of a network file system, or undefined for one whose events can be trusted. */
export function remoteFileSystem(type: number): string | undefined {
  // Negative numbers come from 32-bit systems that sign-extend.
  return REMOTE.get(type >>> 0);
}

// Their inodes are made up when a file is looked up, and their times of change are made from other times, or by a
// translation on the way: a new mount, or only time, changes both of files that nobody touched.
const MADE_UP: ReadonlySet<number> = new Set([
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB2
  0x65735546, // FUSE: sshfs, mergerfs, ntfs-3g and many more
  0x01021997, // 9P
  0x5346414f, // AFS
  0x4d44, // FAT
  0x2011bab0, // exFAT
]);

/** Which facts of a file mean, when they differ, that somebody changed it. Size and time of modification always do. */
export interface ComparableFacts {
  readonly changedAt: boolean;
  readonly inode: boolean;
}

/** @param type what `statfs` says of the root; folders mounted below it are taken to be alike */
export function comparableFacts(type: number): ComparableFacts {
  const isKept = !MADE_UP.has(type >>> 0);
  // NFS and Ceph hand on what their server knows; the inode may be another after the server moved.
  return { changedAt: isKept, inode: isKept && !REMOTE.has(type >>> 0) };
}

/** Whether a folder has the same inode at every mount. */
export function keepsInodes(type: number): boolean {
  return !MADE_UP.has(type >>> 0);
}
