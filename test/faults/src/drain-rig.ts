import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type MockApollo, type MockApolloOptions, startMockApollo } from '@clip-watch/apollo-mock';
import { type ClipClient, type ClipClientOptions, createClipClient } from '@clip-watch/clip-client';
import { type Database, type Library, openDatabase, type PhotoFacts } from '@clip-watch/db';
import { tempFolder } from '@clip-watch/test-support';
import { type BacklogDrain, createBacklogDrain, type DrainDeps, type DrainOptions } from '@clip-watch/watcher';
import { fakeDecoder } from './drain-fake-decoder.js';

export interface RigOptions {
  /** Where the database lies. Default: a folder of its own. */
  readonly folder?: string;
  readonly apollo?: MockApolloOptions;
  readonly client?: Partial<ClipClientOptions>;
  readonly decodeHost?: DrainDeps['decodeHost'];
  readonly drain?: DrainOptions;
  /** Default: one, named `Family`. */
  readonly libraryNames?: readonly string[];
  readonly log?: NonNullable<DrainDeps['log']>;
}

export interface DrainRig extends AsyncDisposable {
  readonly folder: string;
  readonly apollo: MockApollo;
  readonly client: ClipClient;
  readonly database: Database;
  readonly drain: BacklogDrain;
  readonly libraries: readonly Library[];
  readonly libraryId: number;
  /** Another drain on the same database, as a second program or a later run would have. */
  createDrain(options?: DrainOptions, deps?: Partial<DrainDeps>): BacklogDrain;
}

/** A real database file, a real gRPC server and the real client; only the decoder may be a fake. */
export async function openDrainRig(options: RigOptions = {}): Promise<DrainRig> {
  const folder = tempFolder();
  const apollo = await startMockApollo(options.apollo);
  const client = createClipClient({ addresses: [apollo.address], ...options.client });
  const home = options.folder ?? folder.path;
  const database = await openDatabase({ url: `file:${join(home, 'test.db')}` });
  const libraries: Library[] = [];
  for (const name of options.libraryNames ?? ['Family'])
    libraries.push(
      await database.libraries.add({ name, rootPath: join(folder.path, name), excludedDirs: [], rootIdentity: null }),
    );
  const deps: DrainDeps = {
    backlog: database.backlog,
    clipClient: client,
    decodeHost: options.decodeHost ?? fakeDecoder(),
    libraries: () => database.libraries.list(),
    ...(options.log ? { log: options.log } : {}),
  };
  const createDrain: DrainRig['createDrain'] = (more = {}, change = {}) =>
    createBacklogDrain({ ...deps, ...change }, { closeGraceMs: 500, ...options.drain, ...more });
  const drain = createDrain();
  return {
    folder: home,
    apollo,
    client,
    database,
    drain,
    libraries,
    libraryId: libraries[0]?.id ?? 0,
    createDrain,
    async [Symbol.asyncDispose]() {
      await drain.close();
      await client.close();
      await apollo.close();
      await database.close();
      folder[Symbol.dispose]();
    },
  };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Facts of a made-up photo. A larger `index` is a newer photo. */
export function photoFacts(index: number, change: Partial<PhotoFacts> = {}): PhotoFacts {
  const relPath = change.relPath ?? `2024/${String(index).padStart(6, '0')}.jpg`;
  return {
    relPath,
    fileSize: 1_000,
    modifiedAtMs: 1_700_000_000_000 + index * 1_000,
    contentHash: sha256(relPath),
    mediaType: 'image/jpeg',
    width: 10,
    height: 10,
    orientation: 1,
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
    changedAtMs: null,
    inode: null,
    skipReason: null,
    ...change,
  };
}

/** Adds photos in batches, as a scan does. */
export async function addPhotos(rig: DrainRig, photos: readonly PhotoFacts[], libraryId?: number): Promise<void> {
  const id = libraryId ?? rig.libraryId;
  for (let from = 0; from < photos.length; from += 500)
    await rig.database.images.upsertPhotos(id, photos.slice(from, from + 500));
}

export function numbered(count: number, from: number = 0): readonly PhotoFacts[] {
  return Array.from({ length: count }, (_, index) => photoFacts(from + index));
}

/** Resolves when the condition holds; the test's own time-out bounds the wait. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}
