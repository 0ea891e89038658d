import { type MockApollo, type MockApolloOptions, startMockApollo } from '@clip-watch/apollo-mock';
import { type ClipClientOptions, createClipClient } from '@clip-watch/clip-client';
import { activateNow, advanceModelChange, STARTER_MODEL } from '@clip-watch/watcher';
import { expect, test } from 'vitest';
import { failedPicture, fakeDecoder } from './drain-fake-decoder.js';
import { addPhotos, type DrainRig, numbered, openDrainRig, photoFacts, type RigOptions, sha256 } from './drain-rig.js';

const PHOTOS = 40;
const FIRST = { name: 'first', version: 'first-1', embedding_dim: 32 };
const SECOND = { name: 'second', version: 'second-1', embedding_dim: 64 };
const NEXT = { version: 'second-1', name: 'second', dimension: 64 };

/** Photos in the first model. */
async function openFirstRig(options: RigOptions = {}, photos = numbered(PHOTOS)): Promise<DrainRig> {
  const rig = await openDrainRig({ apollo: { model: FIRST }, ...options });
  await addPhotos(rig, photos);
  expect(await rig.drain.drainOnce()).toMatchObject({ end: 'done' });
  return rig;
}

const secondApollo = (options: MockApolloOptions = {}): Promise<MockApollo> =>
  startMockApollo({ model: SECOND, ...options });

/** A pass of another program, with these encoders. */
async function drainWith(
  { createDrain }: DrainRig,
  apollos: readonly MockApollo[],
  more: Partial<ClipClientOptions> = {},
) {
  await using clipClient = createClipClient({ addresses: apollos.map(({ address }) => address), ...more });
  await using drain = createDrain({}, { clipClient });
  return await drain.drainOnce({ patienceMs: 5_000 });
}

const switchToSecond = ({ database }: DrainRig) => database.clipState.switchTo('first-1', NEXT);

/** How many photos a search in this model finds, each with a vector of its dimension. */
async function found({ database }: DrainRig, modelVersion: string): Promise<number> {
  let rows = 0;
  const dimension = modelVersion === 'first-1' ? FIRST.embedding_dim : SECOND.embedding_dim;
  for await (const batch of database.images.streamEmbeddings({ modelVersion }))
    for (const { embedding } of batch) {
      expect(embedding).toHaveLength(dimension);
      rows += 1;
    }
  return rows;
}

const stateOf = ({ database }: DrainRig) => database.clipState.read();

test('a whole change: the search stays until all is ready, then it is in the other model, each photo encoded once', async () => {
  await using rig = await openFirstRig();
  await using second = await secondApollo();
  await switchToSecond(rig);
  expect(await found(rig, 'first-1')).toBe(PHOTOS);
  expect(await drainWith(rig, [second])).toMatchObject({ end: 'done', encoded: PHOTOS });
  expect(second.counters.items).toBe(PHOTOS);
  expect(await stateOf(rig)).toMatchObject({
    activeModelVersion: 'second-1',
    activeDimension: 64,
    wantedModelVersion: 'second-1',
    retiringModelVersion: null,
  });
  expect([await found(rig, 'first-1'), await found(rig, 'second-1')]).toEqual([0, PHOTOS]);
  expect(await drainWith(rig, [second])).toMatchObject({ end: 'done', encoded: 0 });
});

test('half-way, a search finds all photos in the model of before, and the rest goes on at the next start', async () => {
  await using rig = await openFirstRig({ drain: { pageSize: 8 } });
  await using second = await secondApollo({ delayMs: 100 });
  await switchToSecond(rig);
  await using clipClient = createClipClient({ addresses: [second.address] });
  const drain = rig.createDrain({}, { clipClient });
  const pass = drain.drainOnce();
  await expect.poll(() => found(rig, 'second-1')).toBeGreaterThan(5);
  await drain.close();
  await pass;
  const ready = await found(rig, 'second-1');
  expect(ready).toBeLessThan(PHOTOS);
  expect(await found(rig, 'first-1')).toBe(PHOTOS);
  expect(await rig.database.images.counters()).toMatchObject({ searchable: PHOTOS, outdated: PHOTOS - ready });
  expect(await drainWith(rig, [second])).toMatchObject({ encoded: PHOTOS - ready });
  expect(await found(rig, 'second-1')).toBe(PHOTOS);
});

test('taken back half-way: the search never changed, and nothing waits any more', async () => {
  await using rig = await openFirstRig();
  await switchToSecond(rig);
  await advanceModelChange(rig.database);
  await using second = await secondApollo();
  await using clipClient = createClipClient({ addresses: [second.address] });
  await using drain = rig.createDrain({ maxPerTick: 10 }, { clipClient });
  await drain.drainOnce();
  await addPhotos(rig, numbered(1, 500));
  await drain.drainOnce();
  expect(await found(rig, 'second-1')).toBeGreaterThan(10);
  expect(await rig.database.clipState.rollBack()).toBe(true);
  // The photo that came meanwhile is in the second model only, and is the one that is encoded.
  expect(await drainWith(rig, [rig.apollo])).toMatchObject({ end: 'done', encoded: 1 });
  expect([await found(rig, 'first-1'), await found(rig, 'second-1')]).toEqual([PHOTOS + 1, 0]);
  expect(await rig.database.clipState.rollBack()).toBe(false);
});

test('with force the search goes over at once, and finds what is ready', async () => {
  await using rig = await openFirstRig();
  await using second = await secondApollo();
  await switchToSecond(rig);
  expect(await activateNow(rig.database)).toBe(true);
  expect(await rig.database.images.counters()).toMatchObject({ encoded: PHOTOS, searchable: 0, outdated: PHOTOS });
  expect(await drainWith(rig, [second])).toMatchObject({ end: 'done', encoded: PHOTOS });
  expect(await found(rig, 'second-1')).toBe(PHOTOS);
});

test('new photos meanwhile are encoded first, in the other model, and found with the change', async () => {
  await using rig = await openFirstRig({}, numbered(PHOTOS));
  await using second = await secondApollo();
  await switchToSecond(rig);
  await addPhotos(rig, numbered(3, 500));
  expect(await drainWith(rig, [second])).toMatchObject({ encoded: PHOTOS + 3 });
  expect(
    second.seen
      .slice(0, 3)
      .map(({ contentHash }) => contentHash)
      .sort(),
  ).toEqual(
    numbered(3, 500)
      .map(({ contentHash }) => contentHash)
      .sort(),
  );
  expect(await found(rig, 'second-1')).toBe(PHOTOS + 3);
});

test('a photo that changes meanwhile never gets the vector of its old bytes, waiting or not', async () => {
  await using rig = await openFirstRig({}, [photoFacts(1), photoFacts(2)]);
  await using second = await secondApollo();
  await switchToSecond(rig);
  await using clipClient = createClipClient({ addresses: [second.address] });
  await using drain = rig.createDrain({ maxPerTick: 1 }, { clipClient });
  await drain.drainOnce();
  expect(await found(rig, 'second-1')).toBe(1);
  const changed = [1, 2].map((index) => photoFacts(index, { contentHash: sha256(`new ${index}`), fileSize: 2_000 }));
  await addPhotos(rig, changed);
  expect(await found(rig, 'second-1')).toBe(0);
  expect(await drainWith(rig, [second])).toMatchObject({ encoded: 2 });
  expect(
    second.seen
      .slice(1)
      .map(({ contentHash }) => contentHash)
      .sort(),
  ).toEqual([1, 2].map((index) => sha256(`new ${index}`)).sort());
  expect(await found(rig, 'second-1')).toBe(2);
});

test('copies are encoded once in the other model too; a new name of known bytes is found at once', async () => {
  const copies = numbered(30).map((facts, index) => ({ ...facts, contentHash: sha256(`picture ${index % 3}`) }));
  await using rig = await openFirstRig({}, copies);
  expect(rig.apollo.counters.items).toBe(3);
  await switchToSecond(rig);
  await advanceModelChange(rig.database);
  await addPhotos(rig, [photoFacts(900, { contentHash: sha256('picture 0') })]);
  expect(await found(rig, 'first-1')).toBe(31);
  await using second = await secondApollo();
  expect(await drainWith(rig, [second])).toMatchObject({ encoded: 3 });
  expect(second.counters.items).toBe(3);
  expect(await found(rig, 'second-1')).toBe(31);
});

test('what failed is due again, and excluded and missing photos are made up for when they come back', async () => {
  const broken = new Set(['bad.jpg']);
  const decodeHost = fakeDecoder(({ relPath }) => (broken.has(relPath) ? failedPicture('corrupt') : undefined));
  const names = ['bad.jpg', 'hidden.jpg', 'missing.jpg', 'plain.jpg'];
  const photos = names.map((relPath) => photoFacts(0, { relPath }));
  await using rig = await openFirstRig({ decodeHost }, photos);
  const { images } = rig.database;
  const idOf = async (name: string) => (await images.findImageByPath(rig.libraryId, name))?.id ?? 0;
  await images.setSkipped([{ id: await idOf('hidden.jpg'), skipReason: 'excluded' }]);
  await images.markMissing([await idOf('missing.jpg')], Date.now());
  broken.clear();
  await using second = await secondApollo();
  await switchToSecond(rig);
  expect(await drainWith(rig, [second])).toMatchObject({ encoded: 2, failed: 0 });
  expect(await stateOf(rig)).toMatchObject({ activeModelVersion: 'second-1', retiringModelVersion: null });
  await images.setSkipped([{ id: await idOf('hidden.jpg'), skipReason: null }]);
  await images.markSeen([await idOf('missing.jpg')]);
  expect(await images.counters()).toMatchObject({ encoded: 4, searchable: 2, outdated: 2 });
  expect(await drainWith(rig, [second])).toMatchObject({ encoded: 2 });
  expect(await found(rig, 'second-1')).toBe(4);
});

test('a photo that the other model cannot have is found until the change, and is failed afterwards', async () => {
  const broken = new Set<string>();
  const decodeHost = fakeDecoder(({ relPath }) => (broken.has(relPath) ? failedPicture('corrupt') : undefined));
  await using rig = await openFirstRig({ decodeHost });
  const [victim] = numbered(1);
  broken.add(victim?.relPath ?? '');
  await using second = await secondApollo({ delayMs: 5 });
  await switchToSecond(rig);
  await using clipClient = createClipClient({ addresses: [second.address] });
  await using drain = rig.createDrain({ maxPerTick: PHOTOS - 1 }, { clipClient });
  await drain.drainOnce();
  expect(await rig.database.images.counters()).toMatchObject({ encoded: PHOTOS, searchable: PHOTOS, failed: 0 });
  expect(await drainWith(rig, [second])).toMatchObject({ end: 'done' });
  expect(await rig.database.images.counters()).toMatchObject({ encoded: PHOTOS - 1, failed: 1 });
  const row = await rig.database.images.findImageByPath(rig.libraryId, victim?.relPath ?? '');
  expect(row?.clip).toMatchObject({ status: 'failed', errorReason: 'corrupt', modelVersion: null });
});

test('what fails for now keeps its old vector, holds the change up, and is tried again', async () => {
  const unreadable = new Set<string>();
  const decodeHost = fakeDecoder(({ relPath }) =>
    unreadable.has(relPath) ? failedPicture('unreadable', { errorClass: 'environment', sure: false }) : undefined,
  );
  await using rig = await openFirstRig({ decodeHost });
  const [victim] = numbered(1);
  unreadable.add(victim?.relPath ?? '');
  await using second = await secondApollo();
  await switchToSecond(rig);
  expect(await drainWith(rig, [second])).toMatchObject({ end: 'done', encoded: PHOTOS - 1 });
  const { images } = rig.database;
  expect(await images.counters()).toMatchObject({ encoded: PHOTOS, searchable: PHOTOS, outdated: 1, failed: 0 });
  expect(await images.failureGroups()).toMatchObject([{ reason: 'unreadable', status: 'pending', count: 1 }]);
  expect(await stateOf(rig)).toMatchObject({ activeModelVersion: 'first-1' });
  unreadable.clear();
  expect(await images.requeue({ reason: 'unreadable' })).toBe(1);
  expect(await drainWith(rig, [second])).toMatchObject({ encoded: 1 });
  expect(await stateOf(rig)).toMatchObject({ activeModelVersion: 'second-1' });
});

test('the encoder of the model before comes back alone: refused with a sentence that says what to do', async () => {
  await using rig = await openFirstRig();
  await switchToSecond(rig);
  const result = await drainWith(rig, [rig.apollo]);
  expect(result).toMatchObject({ end: 'misconfigured', encoded: 0 });
  expect(result.reason).toMatch(/serves first \(first-1\).*changed to second \(second-1\).*model rollback/);
  expect(await found(rig, 'first-1')).toBe(PHOTOS);
});

test('an encoder of another model, unasked: refused with the command that changes', async () => {
  await using rig = await openFirstRig();
  await addPhotos(rig, numbered(1, 500));
  await using second = await secondApollo();
  const result = await drainWith(rig, [second]);
  expect(result).toMatchObject({ end: 'misconfigured', encoded: 0 });
  expect(result.reason).toMatch(
    /serves second \(second-1\), the photos are in first \(first-1\): clip-watch model switch/,
  );
});

test('two encoders of different models: each photo goes to the one that is wanted', async () => {
  await using rig = await openFirstRig();
  await using second = await secondApollo();
  const before = rig.apollo.counters.items;
  await switchToSecond(rig);
  expect(await drainWith(rig, [rig.apollo, second])).toMatchObject({ end: 'done', encoded: PHOTOS });
  expect([rig.apollo.counters.items - before, second.counters.items]).toEqual([0, PHOTOS]);
});

test('outcomes that were on their way when the wish changed are dropped, and lost no photo', async () => {
  await using rig = await openFirstRig({ drain: { pageSize: 8 } });
  await addPhotos(rig, numbered(30, 500));
  const { images } = rig.database;
  const request = { libraryId: rig.libraryId, limit: 30, owner: 'of before', leaseMs: 60_000 };
  const claim = await images.claimClipCandidates({ ...request, wantedModelVersion: 'first-1' });
  expect(claim.candidates).toHaveLength(30);
  await switchToSecond(rig);
  const failure = { errorClass: 'photo', reason: 'corrupt', message: '', final: true, countsAttempt: true } as const;
  const stale = claim.candidates.map(({ id, contentHash }) => ({ imageId: id, contentHash, token: claim.token }));
  const late = stale.map((row) => ({ ...row, ...failure, nextAttemptAt: null, decoderVersion: 'd' }));
  expect(await images.recordClipFailures(late)).toMatchObject({ written: 0, stale: 30 });
  await using second = await secondApollo();
  expect(await drainWith(rig, [second])).toMatchObject({ end: 'done', encoded: PHOTOS + 30 });
});

test('to a third model before the change: what waited for the second is dropped', async () => {
  await using rig = await openFirstRig();
  await using second = await secondApollo();
  await switchToSecond(rig);
  await using clipClient = createClipClient({ addresses: [second.address] });
  await using drain = rig.createDrain({ maxPerTick: 10 }, { clipClient });
  await drain.drainOnce();
  await rig.database.clipState.switchTo('second-1', { version: 'third-1', name: 'third', dimension: 64 });
  await using third = await startMockApollo({ model: { ...SECOND, name: 'third', version: 'third-1' } });
  expect(await drainWith(rig, [third])).toMatchObject({ end: 'done', encoded: PHOTOS });
  expect([await found(rig, 'second-1'), await found(rig, 'third-1')]).toEqual([0, PHOTOS]);
});

test('a real model may be changed to the starter model on request, and gives way by itself again', async () => {
  await using rig = await openFirstRig();
  await using starter = await startMockApollo({
    model: { name: STARTER_MODEL, version: 'palette-1', embedding_dim: 64 },
  });
  await rig.database.clipState.switchTo('first-1', { version: 'palette-1', name: STARTER_MODEL, dimension: 64 });
  expect(await drainWith(rig, [starter])).toMatchObject({ end: 'done', encoded: PHOTOS });
  expect(await drainWith(rig, [rig.apollo])).toMatchObject({ end: 'done', encoded: PHOTOS });
  expect(await found(rig, 'first-1')).toBe(PHOTOS);
});
