import { type MockApollo, startMockApollo } from '@clip-watch/apollo-mock';
import { createClipClient } from '@clip-watch/clip-client';
import { STARTER_MODEL } from '@clip-watch/watcher';
import { expect, test } from 'vitest';
import { failedPicture, fakeDecoder } from './drain-fake-decoder.js';
import { addPhotos, type DrainRig, numbered, openDrainRig, photoFacts } from './drain-rig.js';

const PHOTOS = 40;
const STARTER = { name: STARTER_MODEL, version: 'palette-1' };
const CLIP = { name: 'clip', version: 'clip-1', embedding_dim: 64 };

/** The photos of a rig, worked off by another encoder, as at the next start. */
async function drainWith({ createDrain }: DrainRig, { address }: Pick<MockApollo, 'address'>, signal?: AbortSignal) {
  await using client = createClipClient({ addresses: [address] });
  await using drain = createDrain({}, { clipClient: client });
  return await drain.drainOnce({ patienceMs: 2_000, ...(signal ? { signal } : {}) });
}

async function dimensions({ database }: DrainRig, modelVersion: string): Promise<readonly number[]> {
  const found: number[] = [];
  for await (const batch of database.images.streamEmbeddings({ modelVersion }))
    found.push(...batch.map(({ embedding }) => embedding.length));
  return found;
}

test('the starter model gives way to another by itself, with nothing due: all photos are encoded anew', async () => {
  const decodeHost = fakeDecoder(({ relPath }) => (relPath === 'bad.jpg' ? failedPicture('corrupt') : undefined));
  await using rig = await openDrainRig({ apollo: { model: STARTER }, decodeHost });
  await addPhotos(rig, [
    ...numbered(PHOTOS),
    photoFacts(0, { relPath: 'bad.jpg' }),
    photoFacts(0, { relPath: 'hidden.jpg' }),
  ]);
  expect(await rig.drain.drainOnce()).toMatchObject({ end: 'done', failed: 1 });
  const hidden = await rig.database.images.findImageByPath(rig.libraryId, 'hidden.jpg');
  await rig.database.images.setSkipped([{ id: hidden?.id ?? 0, skipReason: 'excluded' }]);

  await using clip = await startMockApollo({ model: CLIP });
  // The failed one gets another try too: with another model it might fit.
  expect(await drainWith(rig, clip)).toMatchObject({ end: 'done', encoded: PHOTOS, failed: 1 });
  expect(await rig.database.clipState.read()).toMatchObject({
    wantedModelVersion: 'clip-1',
    activeModelVersion: 'clip-1',
  });
  expect(await dimensions(rig, 'palette-1')).toEqual([]);
  expect(await dimensions(rig, 'clip-1')).toEqual(Array.from({ length: PHOTOS }, () => 64));
  // What was hidden then is no row of the old model when it is shown again.
  await rig.database.images.setSkipped([{ id: hidden?.id ?? 0, skipReason: null }]);
  expect(await rig.database.images.counters()).toMatchObject({ pending: 1, encoded: PHOTOS });
});

test('a stop while it gives way leaves photos that are due in the model of before, and the next start goes on', async () => {
  await using rig = await openDrainRig({ apollo: { model: STARTER } });
  await addPhotos(rig, numbered(PHOTOS));
  await rig.drain.drainOnce();
  await rig.database.images.forgetEmbeddings(); // as far as the one before came
  await using clip = await startMockApollo({ model: CLIP });
  expect(await drainWith(rig, clip)).toMatchObject({ end: 'done', encoded: PHOTOS });
  expect(await dimensions(rig, 'clip-1')).toHaveLength(PHOTOS);
});

test.each([
  ['another model', CLIP, { name: 'other', version: 'other-1' }],
  ['the starter model', CLIP, STARTER],
])('a real model does not give way to %s', async (_name, first, second) => {
  await using rig = await openDrainRig({ apollo: { model: first } });
  await addPhotos(rig, numbered(PHOTOS));
  await rig.drain.drainOnce();
  await addPhotos(rig, numbered(1, PHOTOS));
  await using other = await startMockApollo({ model: second });
  expect(await drainWith(rig, other)).toMatchObject({ encoded: 0, end: 'misconfigured' });
  expect(await dimensions(rig, 'clip-1')).toHaveLength(PHOTOS);
});
