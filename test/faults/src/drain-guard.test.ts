import { expect, test } from 'vitest';
import { failedPicture, fakeDecoder } from './drain-fake-decoder.js';
import { addPhotos, numbered, openDrainRig, until } from './drain-rig.js';

const REFUSE = { kind: 'error', reason: 'ERROR_REASON_UNDECODABLE', retry: 'RETRY_NEVER' } as const;

test('an encoder that rejects everything marks no photo: misconfigured after 20', async () => {
  await using rig = await openDrainRig({ apollo: { onItem: () => REFUSE } });
  await addPhotos(rig, numbered(300));
  const result = await rig.drain.drainOnce();
  expect(result).toMatchObject({ end: 'misconfigured', encoded: 0, failed: 0 });
  expect(result.reason).toContain('20 photos in a row failed with undecodable');
  expect(await rig.database.images.counters()).toMatchObject({ failed: 0, pending: 300 });
  // The row, what was under way with it, and the known-good picture: not the backlog.
  expect(rig.apollo.counters.items).toBeLessThan(40);
});

test('no copy of a photo in the false row stays failed either', async () => {
  await using rig = await openDrainRig({ apollo: { onItem: () => REFUSE } });
  const copies = numbered(200).map((facts, index) => ({
    ...facts,
    contentHash: numbered(1, index % 40)[0]?.contentHash ?? '',
  }));
  await addPhotos(rig, copies);
  await rig.drain.drainOnce();
  expect(await rig.database.images.counters()).toMatchObject({ failed: 0, pending: 200 });
});

test('photos that are really bad stay failed when the known-good picture passes, and the drain goes on', async () => {
  const decodeHost = fakeDecoder(({ relPath }) => (relPath.includes('/0000') ? failedPicture('corrupt') : undefined));
  await using rig = await openDrainRig({ decodeHost, drain: { pageSize: 25 } });
  await addPhotos(rig, numbered(150)); // 0 to 99 are bad, and the oldest
  const result = await rig.drain.drainOnce();
  expect(result).toMatchObject({ end: 'done', encoded: 50, failed: 100 });
  expect(await rig.database.images.counters()).toMatchObject({ failed: 100, pending: 0 });
});

test('a broken decoder is found out by the known-good picture too', async () => {
  const decodeHost = {
    ...fakeDecoder(() => failedPicture('corrupt')),
    prepareBytes: async () => failedPicture('corrupt'),
  };
  await using rig = await openDrainRig({ decodeHost });
  await addPhotos(rig, numbered(60));
  expect(await rig.drain.drainOnce()).toMatchObject({ end: 'misconfigured', failed: 0 });
  expect(await rig.database.images.counters()).toMatchObject({ failed: 0, pending: 60 });
});

test('a misconfigured drain looks again when a person asks, and goes on once the encoder is mended', async () => {
  let isBroken = true;
  await using rig = await openDrainRig({ apollo: { onItem: () => (isBroken ? REFUSE : undefined) } });
  await addPhotos(rig, numbered(60));
  rig.drain.wake();
  await until(() => rig.drain.status().state === 'misconfigured');
  const { items } = { ...rig.apollo.counters };
  rig.drain.resume();
  await until(() => rig.apollo.counters.items > items);
  await until(() => rig.drain.status().state === 'misconfigured');
  // Only the known-good picture went out again.
  expect(rig.apollo.counters.items).toBe(items + 1);
  isBroken = false;
  rig.drain.resume();
  await rig.drain.whenIdle();
  expect(await rig.database.images.counters()).toMatchObject({ encoded: 60, failed: 0 });
});

test('a row over several passes is given back whole', async () => {
  await using rig = await openDrainRig({ apollo: { onItem: () => REFUSE } });
  for (let from = 0; from < 15; from += 5) {
    await addPhotos(rig, numbered(5, from));
    await rig.drain.drainOnce();
  }
  expect(await rig.database.images.counters()).toMatchObject({ failed: 15 });
  await addPhotos(rig, numbered(30, 100));
  expect(await rig.drain.drainOnce()).toMatchObject({ end: 'misconfigured' });
  expect(await rig.database.images.counters()).toMatchObject({ failed: 0, pending: 45 });
});

test('an encoder of another model is refused with one sentence, photos untouched', async () => {
  await using rig = await openDrainRig();
  await rig.database.clipState.pin({ version: 'older-model', name: 'older', dimension: 8 });
  await addPhotos(rig, numbered(5));
  const result = await rig.drain.drainOnce();
  expect(result).toMatchObject({ end: 'misconfigured', encoded: 0 });
  expect(result.reason).toContain('older-model');
  expect(await rig.database.images.counters()).toMatchObject({ pending: 5, failed: 0 });
});
