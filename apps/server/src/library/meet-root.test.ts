import type { KnownFile } from '@clip-watch/db';
import { UNSURE_IDENTITY } from '@clip-watch/library-root';
import { describe, expect, test } from 'vitest';
import { DiskError } from './asked-child.js';
import type { FileStat, RealPlace } from './folder-protocol.js';
import { type MetRoot, meetRoot } from './meet-root.js';

const EXT4 = 0xef53;
const SMB = 0x517b;
const LIBRARY = { id: 1, rootPath: '/photos' };

function row(n: number): KnownFile {
  const facts = { fileSize: 10, modifiedAtMs: 5, changedAtMs: 6, inode: `${n}`, contentHash: 'x', missingSince: null };
  return { id: n, relPath: `${n}.jpg`, ...facts };
}

function file(n: number, parts: Partial<FileStat> = {}): FileStat {
  return { relPath: `${n}.jpg`, size: 10, modifiedAtMs: 5, changedAtMs: 6, inode: `${n}`, touchedAtMs: 6, ...parts };
}

/** A folder with these files, met where a library of these rows should be. */
function meet(
  rootIdentity: string | null,
  place: Partial<RealPlace>,
  files: readonly FileStat[],
  rows: readonly KnownFile[] = [1, 2, 3, 4].map(row),
  failures: ReadonlyMap<string, string> = new Map(),
): Promise<MetRoot> {
  const found = { path: '/photos', isFolder: true, identity: '1:2:3', fileSystem: EXT4, ...place };
  return meetRoot(
    {
      reader: {
        realPlace: async () => found,
        stat: async (_root, paths) => {
          const error = failures.get(paths[0] ?? '');
          if (error !== undefined) throw new DiskError(error, 'the disk says so');
          return paths.map((path) => files.find(({ relPath }) => relPath === path) ?? null);
        },
      },
      images: { sampleKnownFiles: async () => rows },
    },
    { ...LIBRARY, rootIdentity },
  );
}

const ALL = [1, 2, 3, 4].map((n) => file(n));
const COPIES = [1, 2, 3, 4].map((n) => file(n, { inode: `copy ${n}` }));

describe('the folder at the path of a library', () => {
  test.each<[string, Promise<MetRoot>, object]>([
    ['the very one', meet('1:2:3', {}, []), { standing: 'kept' }],
    ['nobody met it', meet(null, {}, []), { standing: 'unknown', root: { rootIdentity: '1:2:3' } }],
    ['a link', meet('1:2:3', { path: '/secret' }, ALL), { kind: 'other' }],
    ['a file', meet('1:2:3', { isFolder: false }, ALL), { kind: 'other' }],
    ['another inode, whatever lies in it', meet('1:9:3', {}, ALL), { kind: 'other' }],
    ['another device with its photos', meet('7:2:3', {}, ALL), { standing: 'again', root: { rootIdentity: '1:2:3' } }],
    ['another device with half of them', meet('7:2:3', {}, ALL.slice(2)), { standing: 'again' }],
    ['another device with few of them', meet('7:2:3', {}, ALL.slice(3)), { kind: 'other' }],
    ['another device with copies of them', meet('7:2:3', {}, COPIES), { kind: 'other' }],
    ['another device, and no photos are known', meet('7:2:3', {}, [], []), { standing: 'again' }],
    ['a share keeps no inode', meet(null, { fileSystem: SMB }, []), { root: { rootIdentity: UNSURE_IDENTITY } }],
    ['a share with its photos', meet(UNSURE_IDENTITY, { fileSystem: SMB }, COPIES), { standing: 'kept' }],
    ['a share with others', meet(UNSURE_IDENTITY, { fileSystem: SMB }, []), { kind: 'other' }],
    ['the mount point of a share that is away', meet(UNSURE_IDENTITY, {}, []), { kind: 'other' }],
  ])('%s', async (_name, met, expected) => {
    expect(await met).toMatchObject(expected);
  });

  /** On another device, with this error for the first `count` of its four photos. */
  const meetFailing = (code: string, count: number, files: readonly FileStat[] = ALL): Promise<MetRoot> =>
    meet('7:2:3', {}, files, undefined, new Map([1, 2, 3, 4].slice(0, count).map((n) => [`${n}.jpg`, code])));

  test('photos that cannot be looked at tell nothing', async () => {
    expect(await meetFailing('EACCES', 3)).toMatchObject({ standing: 'again' });
    expect(await meetFailing('EIO', 3, [])).toMatchObject({ kind: 'other' });
    await expect(meetFailing('EACCES', 4)).rejects.toMatchObject({ code: 'EACCES' });
  });

  test.each(['NOT_ANSWERING', 'CHILD', 'CLOSED', 'ROOT_CHANGED'])('%s is an answer for all of them', async (code) => {
    await expect(meetFailing(code, 1)).rejects.toMatchObject({ code });
  });
});
