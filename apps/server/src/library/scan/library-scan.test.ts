import { join } from 'node:path';
import { type Database, openDatabase, type PhotoFacts } from '@clip-watch/db';
import { tempFolder } from '@clip-watch/test-support';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FileStat, FolderEntry } from '../folder-protocol.js';
import { type ScanDeps, type ScanSummary, scanLibrary } from './library-scan.js';

const EXT4 = 0xef53;
const SIZE = 1_000;
const WRITTEN_AT = 1_600_000_000_000;
const RULES = { excludes: () => false, excludesDirectory: () => false };

/** A photo whose bytes are told by its name, whatever folder it lies in. */
function factsOf(relPath: string): PhotoFacts & { changedAtMs: number; inode: string } {
  const name = relPath.split('/').at(-1) ?? relPath;
  const unknown = {
    mediaType: null,
    width: null,
    height: null,
    orientation: null,
    takenAt: null,
    takenAtOffsetMin: null,
    cameraMake: null,
    cameraModel: null,
    lensModel: null,
    iso: null,
    aperture: null,
    exposureS: null,
    focalLengthMm: null,
    gpsLatitude: null,
    gpsLongitude: null,
    skipReason: null,
  };
  const file = { relPath, fileSize: SIZE, modifiedAtMs: WRITTEN_AT, changedAtMs: WRITTEN_AT, inode: '1' };
  return { ...unknown, ...file, contentHash: Buffer.from(name).toString('hex').padEnd(64, '0') };
}

function statOf(relPath: string): FileStat {
  const times = { modifiedAtMs: WRITTEN_AT, changedAtMs: WRITTEN_AT, touchedAtMs: WRITTEN_AT };
  return { relPath, size: SIZE, inode: '1', ...times };
}

/** A folder that holds these files and nothing else. */
function readerOf(paths: readonly string[]): ScanDeps['reader'] {
  const there = new Set(paths);
  return {
    async list(_root, relDir) {
      const entries = new Map<string, FolderEntry>();
      for (const path of paths) {
        if (relDir !== '' && !path.startsWith(`${relDir}/`)) continue;
        const [name = '', ...rest] = path.slice(relDir === '' ? 0 : relDir.length + 1).split('/');
        entries.set(name, { name, kind: rest.length > 0 ? 'directory' : 'file' });
      }
      return [...entries.values()];
    },
    stat: async (_root, asked) => asked.map((path) => (there.has(path) ? statOf(path) : null)),
    realPlace: async (path) => ({ path, isFolder: true, identity: '1:2:3', fileSystem: EXT4 }),
  };
}

const inFolder = (folder: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${folder}/${n}.jpg`);

describe('a scan that does not find most of the photos', () => {
  let folder: ReturnType<typeof tempFolder>;
  let database: Database;
  let id: number;
  beforeEach(async () => {
    folder = tempFolder();
    database = await openDatabase({ url: `file:${join(folder.path, 'test.db')}` });
    const library = { name: 'photos', rootPath: '/photos', rootIdentity: '1:2:3', excludedDirs: [] };
    id = (await database.libraries.add(library)).id;
  });
  afterEach(async () => {
    await database.close();
    folder[Symbol.dispose]();
  });

  const know = (paths: readonly string[]) => database.images.upsertPhotos(id, paths.map(factsOf));

  async function scan(paths: readonly string[], newestId?: number): Promise<ScanSummary> {
    const deps: ScanDeps = {
      images: database.images,
      reader: readerOf(paths),
      decodeHost: { ingest: async ({ relPath }) => ({ kind: 'facts', facts: factsOf(relPath) }) },
      parallel: 4,
      now: Date.now,
    };
    const library = await database.libraries.find(id);
    if (library === null) throw new Error('the library is gone');
    const result = await scanLibrary(deps, library, RULES, newestId === undefined ? {} : { newestId });
    if (result.kind === 'offline') throw new Error(result.reason);
    return result;
  }

  test('asks, though a backup in the same library has copies of them', async () => {
    await know([...inFolder('originals', 30), ...inFolder('backup', 29)]);
    expect(await scan(inFolder('backup', 29))).toMatchObject({ mostGone: { gone: 30, known: 59 }, missing: 0 });
  });

  test('does not ask when they lie in another folder now', async () => {
    await know(inFolder('before', 30));
    expect(await scan(inFolder('after', 30))).toMatchObject({ mostGone: null, missing: 30, added: 30 });
  });

  test('does not ask when they are back where they were once', async () => {
    await know(inFolder('once', 30));
    await scan(inFolder('between', 30));
    expect(await scan(inFolder('once', 30))).toMatchObject({ mostGone: null, missing: 30, returned: 30 });
  });

  test('does not ask when an event found them in another folder since the last scan', async () => {
    await know(inFolder('before', 30));
    const newestId = await database.images.newestId(id);
    await know(inFolder('after', 30));
    await know(['later.jpg']);
    expect(await scan(inFolder('after', 29), newestId)).toMatchObject({ mostGone: null, missing: 32 });
  });

  test('asks anew for those that are gone from their new folder too', async () => {
    await know(inFolder('before', 30));
    const newestId = await database.images.newestId(id);
    await know(inFolder('after', 30));
    expect(await scan(['other.jpg'], newestId)).toMatchObject({ mostGone: { gone: 60, known: 60 }, missing: 0 });
  });
});
