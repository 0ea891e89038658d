import { describe, expect, test } from 'vitest';
import { failedPicture, fakeDecoder } from './drain-fake-decoder.js';
import { addPhotos, numbered, openDrainRig, photoFacts, until } from './drain-rig.js';

describe('the encoder', () => {
  test('dies half-way and comes back: everything is encoded, nothing failed', async () => {
    await using rig = await openDrainRig({ apollo: { delayMs: 1 }, drain: { pageSize: 50 } });
    await addPhotos(rig, numbered(300));
    rig.drain.wake();
    await until(async () => (await rig.database.images.counters()).encoded > 20);
    await rig.apollo.kill();
    await until(() => rig.drain.status().state === 'waiting');
    expect((await rig.database.images.counters()).failed).toBe(0);
    await rig.apollo.restart();
    await until(async () => (await rig.database.images.counters()).encoded === 300);
    expect(await rig.database.images.counters()).toMatchObject({ failed: 0, pending: 0 });
  });

  test('is away for the whole pass: the reason is told and no row was touched', async () => {
    await using rig = await openDrainRig();
    await addPhotos(rig, numbered(20));
    await rig.apollo.kill();
    const result = await rig.drain.drainOnce({ patienceMs: 300 });
    expect(result).toMatchObject({ end: 'encoder-away', encoded: 0, failed: 0, postponed: 0 });
    expect(result.reason).toBeTruthy();
    const row = await rig.database.images.findImageByPath(rig.libraryId, '2024/000001.jpg');
    expect(row?.clip).toMatchObject({ status: 'pending', attempts: 0, nextAttemptAt: null, claimedUntil: null });
  });

  test('is away while the loop waits for it: a pass that somebody asks for still ends after its patience', async () => {
    await using rig = await openDrainRig();
    await addPhotos(rig, numbered(20));
    await rig.apollo.kill();
    rig.drain.wake();
    await until(() => rig.drain.status().state === 'waiting');
    expect(await rig.drain.drainOnce({ patienceMs: 300 })).toMatchObject({ end: 'encoder-away', encoded: 0 });
    await rig.apollo.restart();
    await until(async () => (await rig.database.images.counters()).encoded === 20); // The loop went on by itself.
  });

  test('wants a token that it is not given: misconfigured, photos untouched', async () => {
    await using rig = await openDrainRig({ apollo: { token: 'secret' } });
    await addPhotos(rig, numbered(5));
    expect(await rig.drain.drainOnce({ patienceMs: 2_000 })).toMatchObject({ end: 'misconfigured', failed: 0 });
    expect(await rig.database.images.counters()).toMatchObject({ pending: 5 });
  });

  test('that one photo ends every time does not keep the others from being encoded', async () => {
    const poison = photoFacts(999).contentHash;
    await using rig = await openDrainRig({
      apollo: { onItem: ({ item }) => (item.ref?.content_hash === poison ? { kind: 'status', code: 14 } : undefined) },
    });
    await addPhotos(rig, [...numbered(40), photoFacts(999)]);
    rig.drain.wake();
    await until(async () => (await rig.database.images.counters()).encoded === 40);
    expect(await rig.database.images.counters()).toMatchObject({ encoded: 40, pending: 1, failed: 0 });
  }, 120_000);
});

describe('the disk', () => {
  test('64 unreadable files ahead of 1,000 good ones: the good ones are encoded in the first pass', async () => {
    const decodeHost = fakeDecoder(({ relPath }) =>
      relPath.startsWith('denied/')
        ? failedPicture('unreadable', { errorClass: 'environment', sure: false })
        : undefined,
    );
    await using rig = await openDrainRig({ decodeHost, client: { concurrency: 32 } });
    const denied = Array.from({ length: 64 }, (_, index) =>
      photoFacts(100_000 + index, { relPath: `denied/${index}.jpg` }),
    );
    await addPhotos(rig, [...denied, ...numbered(1_000)]);
    expect(await rig.drain.drainOnce()).toMatchObject({ end: 'done', encoded: 1_000, failed: 0 });
    expect(await rig.database.images.failureGroups()).toEqual([
      { reason: 'unreadable', errorClass: 'environment', status: 'pending', count: 64 },
    ]);
  });

  test('of one library is lost: that library pauses with the reason, the other goes on, both end by themselves', async () => {
    let hoursLater = 0;
    let isLost = true;
    const decodeHost = fakeDecoder(({ rootPath }) =>
      isLost && rootPath.endsWith('Lost')
        ? failedPicture('read_timeout', { errorClass: 'environment', sure: false })
        : undefined,
    );
    const now = () => Date.now() + hoursLater * 3_600_000;
    const libraryNames = ['Lost', 'Fine'];
    await using rig = await openDrainRig({ decodeHost, libraryNames, drain: { now, pageSize: 100 } });
    const [lost, fine] = rig.libraries;
    await addPhotos(rig, numbered(100), lost?.id);
    await addPhotos(rig, numbered(100, 500), fine?.id);
    expect(await rig.drain.drainOnce()).toMatchObject({ encoded: 100, failed: 0 });
    expect(await rig.database.libraries.find(lost?.id ?? 0)).toMatchObject({ state: 'paused' });
    expect(rig.drain.status().libraries.find(({ libraryId }) => libraryId === lost?.id)).toMatchObject({
      state: 'paused',
      reason: expect.stringContaining('read_timeout'),
    });
    const asked = decodeHost.asked.length;
    expect(asked).toBeLessThan(120);

    isLost = false;
    hoursLater = 1;
    await rig.drain.drainOnce({ retries: true });
    expect(await rig.database.libraries.find(lost?.id ?? 0)).toMatchObject({ state: 'online', stateReason: null });
    expect(await rig.database.images.counters()).toMatchObject({ encoded: 200, pending: 0 });
  });
});

describe('a decode child', () => {
  test('that dies with photos in hand counts a crash on each and they are tried again', async () => {
    let deaths = 1;
    const decodeHost = fakeDecoder(() => {
      if (deaths-- > 0) throw Object.assign(new Error('died'), { code: 'CHILD_DIED' });
      return undefined;
    });
    await using rig = await openDrainRig({ decodeHost });
    await addPhotos(rig, numbered(5));
    expect(await rig.drain.drainOnce()).toMatchObject({ end: 'done', encoded: 5, failed: 0 });
  });

  test('that one photo kills: tried alone after two crashes, and failed only then', async () => {
    const calls: boolean[] = [];
    const decodeHost = fakeDecoder(({ relPath }, _target, options) => {
      if (!relPath.endsWith('000003.jpg')) return undefined;
      calls.push(options?.alone ?? false);
      if (options?.alone) return failedPicture('crashed_decoder');
      throw Object.assign(new Error('died'), { code: 'CHILD_DIED' });
    });
    await using rig = await openDrainRig({ decodeHost });
    await addPhotos(rig, numbered(8));
    expect(await rig.drain.drainOnce()).toMatchObject({ end: 'done', encoded: 7, failed: 1 });
    expect(calls).toEqual([false, false, true]);
  });
});
