// The numbers in statfs(2) of network file systems, where changes made on other machines raise no events here.
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

/** @returns the name of a network file system; undefined for any other, whose events can be trusted */
export function remoteFileSystem(type: number): string | undefined {
  // 32-bit systems sign-extend the number, so it may be negative.
  return REMOTE.get(type >>> 0);
}

// These make inodes up when a file is looked up, and derive its change time from something else. Both may differ after
// a new mount, or just after a while, although nobody touched the file.
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

/** Which facts of a file can be compared to see whether it was changed. Its size and modification time always can. */
export interface ComparableFacts {
  readonly changedAt: boolean;
  readonly inode: boolean;
}

/** @param type as `statfs` reports it for the root; anything mounted below is assumed to be the same */
export function comparableFacts(type: number): ComparableFacts {
  const isKept = !MADE_UP.has(type >>> 0);
  // NFS and Ceph report what their server knows, but inodes may change when the server is moved.
  return { changedAt: isKept, inode: isKept && !REMOTE.has(type >>> 0) };
}

/** Whether a folder has the same inode at every mount. */
export function keepsInodes(type: number): boolean {
  return !MADE_UP.has(type >>> 0);
}
