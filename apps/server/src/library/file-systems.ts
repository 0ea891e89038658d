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
