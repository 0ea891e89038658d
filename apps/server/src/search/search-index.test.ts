import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Database, openDatabase, type PhotoFacts } from '@clip-watch/db';
import { tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { openSearchIndex } from './search-index.js';

const FIRST = { version: 'first-1', name: 'first', dimension: 4 };
const SECOND = { version: 'second-1', name: 'second', dimension: 8 };

function photo(at: number): PhotoFacts {
  const nothing = { mediaType: null, width: null, height: null, orientation: null, takenAt: null, lensModel: null };
  const camera = { takenAtOffsetMin: null, cameraMake: null, cameraModel: null, iso: null, aperture: null };
  const place = { exposureS: null, focalLengthMm: null, gpsLatitude: null, gpsLongitude: null, skipReason: null };
  const inode = { changedAtMs: null, inode: null };
  const contentHash = createHash('sha256').update(`${at}`).digest('hex');
  return {
    relPath: `${at}.jpg`,
    fileSize: 1,
    modifiedAtMs: at,
    contentHash,
    ...nothing,
    ...camera,
    ...place,
    ...inode,
  };
}

/** Encodes what is due. @returns the ids */
async function encode(
  { images, libraries }: Database,
  model: typeof FIRST,
  reencode: boolean = false,
): Promise<readonly number[]> {
  const [library] = await libraries.list();
  const request = { libraryId: library?.id ?? 0, limit: 1000, owner: 'test', leaseMs: 60_000 };
  const claim = await images.claimClipCandidates({ ...request, reencode, wantedModelVersion: model.version });
  const embedding = new Float32Array(model.dimension).fill(1 / Math.sqrt(model.dimension));
  const common = {
    token: claim.token,
    modelVersion: model.version,
    embedding,
    quality: 'full',
    decoderVersion: 'd',
  } as const;
  const batch = claim.candidates.map(({ id, contentHash }) => ({ ...common, imageId: id, contentHash }));
  await images.backfillClipEmbeddings(batch);
  return batch.map(({ imageId }) => imageId);
}

test('follows another model that another program has put in force, with all of its rows', async () => {
  using folder = tempFolder();
  const url = `file:${join(folder.path, 'photos.db')}`;
  await using database = await openDatabase({ url });
  const library = await database.libraries.add({ name: 'l', rootPath: '/l', excludedDirs: [], rootIdentity: null });
  await database.clipState.pin(FIRST);
  await database.images.upsertPhotos(
    library.id,
    Array.from({ length: 50 }, (_, at) => photo(at)),
  );
  await encode(database, FIRST);
  await using index = openSearchIndex({ database });
  await index.whenLoaded();
  expect(index).toMatchObject({ state: 'ready', modelVersion: 'first-1' });

  await using other = await openDatabase({ url });
  await other.clipState.replace(FIRST.version, SECOND);
  await other.images.forgetEmbeddings({ keep: SECOND.version });
  await other.clipState.settleLedger(SECOND.version);
  const [touched = 0] = await encode(other, SECOND);
  index.refresh([touched]);
  await expect.poll(() => [index.modelVersion, index.state, index.size]).toEqual(['second-1', 'ready', 50]);
  const query = new Float32Array(SECOND.dimension).fill(1 / Math.sqrt(SECOND.dimension));
  expect((await index.search(query, 100)).ids).toHaveLength(50);
});

test('an index of the wanted model holds what waits for the change; the other one follows by it', async () => {
  using folder = tempFolder();
  await using database = await openDatabase({ url: `file:${join(folder.path, 'photos.db')}` });
  const library = await database.libraries.add({ name: 'l', rootPath: '/l', excludedDirs: [], rootIdentity: null });
  await database.clipState.pin(FIRST);
  const photos = Array.from({ length: 50 }, (_, at) => photo(at));
  await database.images.upsertPhotos(library.id, photos);
  await encode(database, FIRST);
  await using active = openSearchIndex({ database });
  await active.whenLoaded();
  await database.clipState.switchTo(FIRST.version, SECOND);
  await database.clipState.settleLedger(SECOND.version);
  await using wanted = openSearchIndex({ database, of: 'wanted' });
  await wanted.whenLoaded();
  expect(await encode(database, SECOND, true)).toHaveLength(50);
  await expect.poll(() => wanted.size).toBe(50);
  expect(await active.follow()).toMatchObject({ activeModelVersion: 'first-1', wantedModelVersion: 'second-1' });
  await expect.poll(() => active.size).toBe(50); // Its worker may still be starting.
  expect([wanted.modelVersion, active.modelVersion]).toEqual(['second-1', 'first-1']);
  // Gone over, and nothing is carried over yet: the vectors are read where they waited.
  expect(await database.clipState.changeOver()).toBe(true);
  await active.follow();
  await expect.poll(() => [active.modelVersion, active.state, active.size]).toEqual(['second-1', 'ready', 50]);
});
