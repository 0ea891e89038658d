import { expect, test } from 'vitest';
import { failedPicture, fakeDecoder } from './drain-fake-decoder.js';
import { addPhotos, numbered, openDrainRig, photoFacts, sha256, until } from './drain-rig.js';

test('many copies of few pictures: one encode a picture', async () => {
  await using rig = await openDrainRig();
  const photos = numbered(3_000).map((facts, index) => ({ ...facts, contentHash: sha256(`picture ${index % 10}`) }));
  await addPhotos(rig, photos);
  expect(await rig.drain.drainOnce()).toMatchObject({ end: 'done', encoded: 10 });
  expect(rig.apollo.counters.items).toBe(10);
  expect(await rig.database.images.counters()).toMatchObject({ encoded: 3_000, pending: 0 });
});

test('1,000 copies of a file that fails now and then: at most 3 tries in all', async () => {
  const decodeHost = fakeDecoder(() => failedPicture('timeout', { sure: false }));
  await using rig = await openDrainRig({ decodeHost });
  await addPhotos(
    rig,
    numbered(1_000).map((facts) => ({ ...facts, contentHash: sha256('one') })),
  );
  expect(await rig.drain.drainOnce({ retries: true })).toMatchObject({ end: 'done', encoded: 0 });
  expect(decodeHost.asked.length).toBeLessThanOrEqual(3);
  expect(await rig.database.images.counters()).toMatchObject({ failed: 1_000, pending: 0 });
});

test('the retries at the end of a pass do not wait, and give a photo its three tries', async () => {
  const decodeHost = fakeDecoder(({ relPath }) =>
    relPath.endsWith('000001.jpg') ? failedPicture('timeout', { sure: false }) : undefined,
  );
  await using rig = await openDrainRig({ decodeHost });
  await addPhotos(rig, numbered(4));
  expect(await rig.drain.drainOnce()).toMatchObject({ encoded: 3, failed: 0, postponed: 1 });
  expect(await rig.drain.drainOnce({ retries: true })).toMatchObject({ end: 'done', encoded: 0, failed: 1 });
  expect(decodeHost.asked.filter((path) => path.endsWith('000001.jpg'))).toHaveLength(3);
});

test('a photo that must wait does not keep the pass from ending', async () => {
  const decodeHost = fakeDecoder(() => failedPicture('needs_perl', { errorClass: 'environment', sure: false }));
  await using rig = await openDrainRig({ decodeHost });
  await addPhotos(rig, numbered(6));
  expect(await rig.drain.drainOnce({ retries: true })).toMatchObject({ end: 'done', encoded: 0, failed: 0 });
  expect(await rig.database.images.counters()).toMatchObject({ pending: 6, failed: 0 });
});

test('stopping gives every claim back at once', async () => {
  await using rig = await openDrainRig({ apollo: { delayMs: 5 }, drain: { pageSize: 100 } });
  await addPhotos(rig, numbered(500));
  rig.drain.wake();
  await until(() => rig.apollo.counters.items > 10);
  await rig.drain.close();
  expect(rig.drain.status().state).toBe('closed');
  const { encoded } = await rig.database.images.counters();
  expect(encoded).toBeLessThan(500);
  const next = rig.createDrain({ owner: 'next run' });
  expect(await next.drainOnce()).toMatchObject({ end: 'done', encoded: 500 - encoded });
  await next.close();
});

test('closing does not wait for a decoder that hangs', async () => {
  const decodeHost = fakeDecoder(() => new Promise<never>(() => {}));
  await using rig = await openDrainRig({ decodeHost, drain: { closeGraceMs: 50 } });
  await addPhotos(rig, numbered(10));
  rig.drain.wake();
  await until(() => decodeHost.asked.length > 0);
  await rig.drain.close();
  const row = await rig.database.images.findImageByPath(rig.libraryId, '2024/000009.jpg');
  expect(row?.clip).toMatchObject({ status: 'pending', claimedUntil: null, crashes: 0 });
});

test('closing does not wait for an encoder that hangs', async () => {
  await using rig = await openDrainRig({
    apollo: { onItem: () => ({ kind: 'silent', deaf: true }) },
    drain: { closeGraceMs: 50 },
  });
  await addPhotos(rig, numbered(10));
  rig.drain.wake();
  await until(() => rig.apollo.counters.items > 0);
  await rig.drain.close();
  expect(await rig.database.images.nextDueAt(rig.libraryId)).not.toBeNull();
  const row = await rig.database.images.findImageByPath(rig.libraryId, '2024/000009.jpg');
  expect(row?.clip).toMatchObject({ status: 'pending', claimedUntil: null });
});

test('a photo that changed while it was under way never gets the old embedding', async () => {
  await using rig = await openDrainRig({ apollo: { delayMs: 60 } });
  await addPhotos(rig, [photoFacts(1)]);
  const pass = rig.drain.drainOnce();
  await until(() => rig.apollo.counters.items === 1);
  await addPhotos(rig, [photoFacts(1, { contentHash: sha256('new bytes'), fileSize: 2_000 })]);
  await pass;
  await rig.drain.drainOnce();
  expect(rig.apollo.seen.map(({ contentHash }) => contentHash)).toEqual([
    photoFacts(1).contentHash,
    sha256('new bytes'),
  ]);
  expect(await rig.database.images.counters()).toMatchObject({ encoded: 1, pending: 0 });
});
