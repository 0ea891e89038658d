import { type MockApollo, startMockApollo } from '@clip-watch/apollo-mock';
import { type ClipClientOptions, createClipClient } from '@clip-watch/clip-client';
import { STARTER_MODEL } from '@clip-watch/watcher';
import { expect, test } from 'vitest';
import { failedPicture, fakeDecoder } from './drain-fake-decoder.js';
import { addPhotos, type DrainRig, numbered, openDrainRig, photoFacts, until } from './drain-rig.js';

const PHOTOS = 40;
const STARTER = { name: STARTER_MODEL, version: 'palette-1' };
const CLIP = { name: 'clip', version: 'clip-1', embedding_dim: 64 };
const OTHER = { name: 'other', version: 'other-1', embedding_dim: 64 };

/** The photos of a rig, worked off by other encoders, as at the next start. */
async function drainWith({ createDrain }: DrainRig, client: ClipClientOptions) {
  await using clipClient = createClipClient(client);
  await using drain = createDrain({}, { clipClient });
  return await drain.drainOnce({ patienceMs: 5_000 });
}

const at = ({ address }: MockApollo): ClipClientOptions => ({ addresses: [address] });
const listenAs = (address: string): string => address.replace('grpc://', '');

async function dimensions({ database }: DrainRig, modelVersion: string): Promise<readonly number[]> {
  const found: number[] = [];
  for await (const batch of database.images.streamEmbeddings({ modelVersion }))
    found.push(...batch.map(({ embedding }) => embedding.length));
  return found;
}

/** Photos that are in the starter model. */
async function openStarterRig(options: Parameters<typeof openDrainRig>[0] = {}): Promise<DrainRig> {
  const rig = await openDrainRig({ apollo: { model: STARTER }, ...options });
  await addPhotos(rig, numbered(PHOTOS));
  expect(await rig.drain.drainOnce()).toMatchObject({ end: 'done', encoded: PHOTOS });
  return rig;
}

/** An address where nobody listens yet. */
async function freeAddress(): Promise<string> {
  await using apollo = await startMockApollo();
  return apollo.address;
}

test('the starter model gives way to another by itself, with nothing due: all photos are encoded anew', async () => {
  await using rig = await openStarterRig();
  await using clip = await startMockApollo({ model: CLIP });
  expect(await drainWith(rig, at(clip))).toMatchObject({ end: 'done', encoded: PHOTOS });
  expect(await rig.database.clipState.read()).toMatchObject({
    wantedModelVersion: 'clip-1',
    activeModelVersion: 'clip-1',
    retiringModelVersion: null,
  });
  expect(await dimensions(rig, 'palette-1')).toEqual([]);
  expect(await dimensions(rig, 'clip-1')).toEqual(Array.from({ length: PHOTOS }, () => 64));
});

test('hidden and failed photos, too, are nothing of the model before', async () => {
  const decodeHost = fakeDecoder(({ relPath }) => (relPath.startsWith('bad') ? failedPicture('corrupt') : undefined));
  await using rig = await openDrainRig({ apollo: { model: STARTER }, decodeHost });
  const names = ['hidden.jpg', 'bad.jpg', 'bad-and-missing.jpg'];
  await addPhotos(
    rig,
    names.map((relPath) => photoFacts(0, { relPath })),
  );
  expect(await rig.drain.drainOnce()).toMatchObject({ encoded: 1, failed: 2 });
  const { images } = rig.database;
  const [hidden = 0, , missing = 0] = await Promise.all(
    names.map(async (name) => (await images.findImageByPath(rig.libraryId, name))?.id ?? 0),
  );
  await images.setSkipped([{ id: hidden, skipReason: 'excluded' }]);
  await images.markMissing([missing], Date.now());
  await using clip = await startMockApollo({ model: CLIP });
  // With another model it might fit: the failed one gets another try.
  expect(await drainWith(rig, at(clip))).toMatchObject({ encoded: 0, failed: 1 });
  await images.setSkipped([{ id: hidden, skipReason: null }]);
  await images.markSeen([missing]);
  expect(await images.counters()).toMatchObject({ encoded: 0, pending: 2, failed: 1 });
});

test('a stop while vectors are forgotten is made up for by the next start, whoever encodes then', async () => {
  await using rig = await openStarterRig();
  await rig.database.clipState.replace('palette-1', { version: 'clip-1', name: 'clip', dimension: 64 });
  expect(await rig.database.clipState.read()).toMatchObject({ retiringModelVersion: 'palette-1' });
  await using clip = await startMockApollo({ model: CLIP });
  expect(await drainWith(rig, at(clip))).toMatchObject({ end: 'done', encoded: PHOTOS });
  expect(await rig.database.clipState.read()).toMatchObject({ retiringModelVersion: null });
});

test('copies that a scan finds meanwhile take no vector of the model before', async () => {
  await using rig = await openStarterRig({ libraryNames: ['one', 'two'] });
  const [, two] = rig.libraries;
  await rig.database.clipState.replace('palette-1', { version: 'clip-1', name: 'clip', dimension: 64 });
  await addPhotos(rig, [photoFacts(1, { relPath: 'copy.jpg', contentHash: photoFacts(1).contentHash })], two?.id);
  const claim = await rig.database.images.claimClipCandidates({
    libraryId: two?.id ?? 0,
    limit: 10,
    owner: 'another program, of before',
    leaseMs: 60_000,
    wantedModelVersion: 'palette-1',
  });
  expect(claim.copied).toBe(0);
  expect(await rig.database.images.counters(two?.id)).toMatchObject({ encoded: 0, pending: 1 });
});

test('a program that waited meanwhile forgets nothing of the new model', async () => {
  await using rig = await openStarterRig();
  const address = await freeAddress();
  await using asleep = createClipClient({ addresses: [address] });
  await using waiting = rig.createDrain({}, { clipClient: asleep });
  waiting.wake();
  await until(() => waiting.status().state !== 'idle');
  await using clip = await startMockApollo({ model: CLIP });
  expect(await drainWith(rig, at(clip))).toMatchObject({ encoded: PHOTOS });
  await using late = await startMockApollo({ model: OTHER, listen: listenAs(address) });
  await addPhotos(rig, numbered(1, 500));
  waiting.resume();
  waiting.wake();
  await until(() => waiting.status().state === 'misconfigured');
  expect(late.counters.items).toBe(0);
  expect(await dimensions(rig, 'clip-1')).toHaveLength(PHOTOS);
});

test('an encoder that refuses at first is met later all the same', async () => {
  await using rig = await openStarterRig();
  await using clip = await startMockApollo({ model: CLIP, token: 'secret' });
  await using refused = createClipClient({ addresses: [clip.address] });
  await using accepted = createClipClient({ addresses: [clip.address], token: 'secret' });
  let inUse = refused;
  // A client is asked again once a minute only: the next one stands for that.
  const clipClient = new Proxy(refused, { get: (_first, name) => Reflect.get(inUse, name) });
  await using drain = rig.createDrain({}, { clipClient });
  expect(await drain.drainOnce({ patienceMs: 2_000 })).toMatchObject({ end: 'misconfigured' });
  inUse = accepted;
  expect(await drain.drainOnce({ patienceMs: 5_000 })).toMatchObject({ end: 'done', encoded: PHOTOS });
});

test('an encoder that comes back with another model, under a program that runs on', async () => {
  await using rig = await openStarterRig();
  const { address } = rig.apollo;
  await rig.apollo.close();
  await using _clip = await startMockApollo({ model: CLIP, listen: listenAs(address) });
  await addPhotos(rig, numbered(1, 500));
  expect(await rig.drain.drainOnce({ patienceMs: 20_000 })).toMatchObject({ end: 'done', encoded: PHOTOS + 1 });
});

test('a fallback with the starter model serves on while the others are asleep', async () => {
  await using rig = await openStarterRig();
  await addPhotos(rig, numbered(5, 500));
  const asleep = await freeAddress();
  const client = { addresses: [asleep], fallbackAddress: rig.apollo.address };
  expect(await drainWith(rig, client)).toMatchObject({ end: 'done', encoded: 5 });
});

test.each([
  ['a real model does not give way to another', CLIP, OTHER],
  ['a real model does not give way to the starter model', CLIP, STARTER],
])('%s', async (_name, first, second) => {
  await using rig = await openDrainRig({ apollo: { model: first } });
  await addPhotos(rig, numbered(PHOTOS));
  await rig.drain.drainOnce();
  await addPhotos(rig, numbered(1, PHOTOS));
  await using other = await startMockApollo({ model: second });
  expect(await drainWith(rig, at(other))).toMatchObject({ encoded: 0, end: 'misconfigured' });
  expect(await dimensions(rig, 'clip-1')).toHaveLength(PHOTOS);
});

test('two starter models of different versions, side by side, do not take turns', async () => {
  await using rig = await openStarterRig();
  await using newer = await startMockApollo({ model: { ...STARTER, version: 'palette-2' } });
  await addPhotos(rig, numbered(1, PHOTOS));
  const client = { addresses: [newer.address, rig.apollo.address] };
  expect(await drainWith(rig, client)).toMatchObject({ encoded: 1 });
  expect(await drainWith(rig, at(newer))).toMatchObject({ encoded: PHOTOS + 1 });
});
