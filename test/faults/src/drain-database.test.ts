import type { TableBacklog } from '@clip-watch/db';
import { expect, test } from 'vitest';
import { failedPicture, fakeDecoder } from './drain-fake-decoder.js';
import { addPhotos, numbered, openDrainRig, until } from './drain-rig.js';

/** The real database, except that writing embeddings fails while `isFull` says so. */
function fillingUp(backlog: TableBacklog, isFull: () => boolean): TableBacklog {
  const backfillClipEmbeddings: TableBacklog['backfillClipEmbeddings'] = async (batch) => {
    if (isFull()) throw Object.assign(new Error('the disk is full; free some space'), { code: 'DISK_FULL' });
    return backlog.backfillClipEmbeddings(batch);
  };
  return { ...backlog, backfillClipEmbeddings };
}

test('a disk that fills up marks no photo, shows the reason, and the drain goes on by itself', async () => {
  let isFull = true;
  await using rig = await openDrainRig();
  await addPhotos(rig, numbered(150));
  await using drain = rig.createDrain({}, { backlog: fillingUp(rig.database.backlog, () => isFull) });
  drain.wake();
  await until(() => drain.status().state === 'waiting' && drain.status().reason?.includes('disk is full') === true);
  expect(await rig.database.images.counters()).toMatchObject({ encoded: 0, failed: 0, pending: 150 });
  isFull = false;
  drain.resume();
  await until(async () => (await rig.database.images.counters()).encoded === 150);
  const { items } = await rig.database.images.pageImages({ libraryId: rig.libraryId, limit: 150 });
  expect(items.filter(({ clip }) => clip.crashes > 0)).toEqual([]);
});

test('a pass on a full disk says so', async () => {
  await using rig = await openDrainRig();
  await addPhotos(rig, numbered(5));
  await using drain = rig.createDrain({}, { backlog: fillingUp(rig.database.backlog, () => true) });
  const result = await drain.drainOnce();
  expect(result).toMatchObject({ end: 'database', encoded: 0, failed: 0 });
  expect(result.reason).toContain('disk is full');
});

test('a library that an earlier run paused goes on', async () => {
  await using rig = await openDrainRig();
  await addPhotos(rig, numbered(3));
  await rig.database.libraries.update(rig.libraryId, { state: 'paused', stateReason: 'the mount was away' });
  expect(await rig.drain.drainOnce()).toMatchObject({ end: 'done', encoded: 3 });
  expect(await rig.database.libraries.find(rig.libraryId)).toMatchObject({ state: 'online', stateReason: null });
});

test('an offline library is left alone', async () => {
  await using rig = await openDrainRig();
  await addPhotos(rig, numbered(3));
  await rig.database.libraries.update(rig.libraryId, { state: 'offline', stateReason: 'the root is gone' });
  expect(await rig.drain.drainOnce()).toMatchObject({ end: 'done', encoded: 0 });
  expect(rig.apollo.counters.items).toBe(0);
});

test('what another decoder could not read is tried again by this one', async () => {
  await using rig = await openDrainRig({ decodeHost: fakeDecoder(() => failedPicture('unsupported_media')) });
  await addPhotos(rig, numbered(3));
  expect(await rig.drain.drainOnce()).toMatchObject({ failed: 3 });
  await using newer = rig.createDrain({}, { decodeHost: { ...fakeDecoder(), decoderVersion: 'fake-2' } });
  expect(await newer.drainOnce()).toMatchObject({ end: 'done', encoded: 3 });
});

test('a cap per tick is kept for each library, and the next tick goes on', async () => {
  await using rig = await openDrainRig({ drain: { maxPerTick: 10, pageSize: 4 } });
  await addPhotos(rig, numbered(25));
  for (const encoded of [10, 20, 25]) {
    rig.drain.wake();
    await rig.drain.whenIdle();
    expect((await rig.database.images.counters()).encoded).toBe(encoded);
  }
});
