import { expect, test } from 'vitest';
import { failedPicture, fakeDecoder } from './drain-fake-decoder.js';
import { addPhotos, numbered, openDrainRig, photoFacts, until } from './drain-rig.js';

test('works off a backlog and leaves nothing pending', async () => {
  await using rig = await openDrainRig({ drain: { pageSize: 64 } });
  await addPhotos(rig, numbered(300));
  const result = await rig.drain.drainOnce();
  expect(result).toMatchObject({ end: 'done', encoded: 300, failed: 0, postponed: 0 });
  expect(await rig.database.images.counters()).toMatchObject({ encoded: 300, pending: 0 });
  expect(rig.apollo.counters.breaches).toEqual([]);
});

test('a second pass encodes nothing and leaves the encoder alone', async () => {
  await using rig = await openDrainRig();
  await addPhotos(rig, numbered(3));
  await rig.drain.drainOnce();
  const { items, encodeImages } = { ...rig.apollo.counters };
  expect(await rig.drain.drainOnce()).toMatchObject({ end: 'done', encoded: 0 });
  expect(rig.apollo.counters).toMatchObject({ items, encodeImages });
});

test('wake drains in the background and goes idle', async () => {
  await using rig = await openDrainRig();
  await addPhotos(rig, numbered(20));
  expect(rig.drain.status()).toMatchObject({ state: 'idle', imagesPerSecond: 0 });
  rig.drain.wake();
  await rig.drain.whenIdle();
  expect(rig.drain.status()).toMatchObject({ state: 'idle', libraries: [{ encoded: 20, state: 'idle' }] });
});

test('a pass that somebody asks for in the middle of the loop has the drain to itself, and ends what is due', async () => {
  await using rig = await openDrainRig({ apollo: { delayMs: 1 }, drain: { pageSize: 20 } });
  await addPhotos(rig, numbered(200));
  rig.drain.wake();
  await until(async () => (await rig.database.images.counters()).encoded > 20);
  const pass = rig.drain.drainOnce();
  rig.drain.wake();
  expect(await pass).toMatchObject({ end: 'done', failed: 0 });
  expect(await rig.database.images.counters()).toMatchObject({ encoded: 200, pending: 0 });
  await rig.drain.whenIdle();
});

test('one bad file is listed and the others are encoded', async () => {
  const decodeHost = fakeDecoder(({ relPath }) =>
    relPath.endsWith('000002.jpg') ? failedPicture('corrupt') : undefined,
  );
  await using rig = await openDrainRig({ decodeHost });
  await addPhotos(rig, numbered(5));
  expect(await rig.drain.drainOnce()).toMatchObject({ end: 'done', encoded: 4, failed: 1 });
  const [group] = await rig.database.images.failureGroups();
  expect(group).toMatchObject({ reason: 'corrupt', status: 'failed', count: 1 });
});

test('a decoder that throws costs one photo a try, not the pass', async () => {
  const decodeHost = fakeDecoder(({ relPath }) => {
    if (relPath.endsWith('000001.jpg')) throw new TypeError('made by the test');
    return undefined;
  });
  await using rig = await openDrainRig({ decodeHost });
  await addPhotos(rig, numbered(4));
  expect(await rig.drain.drainOnce()).toMatchObject({ end: 'done', encoded: 3, failed: 0, postponed: 1 });
});

test('rules that changed after the scan hide photos without reading them', async () => {
  const decodeHost = fakeDecoder();
  await using rig = await openDrainRig({ decodeHost });
  await addPhotos(rig, [
    photoFacts(1, { relPath: 'Private/a.jpg' }),
    photoFacts(2, { relPath: 'b.jpg' }),
    photoFacts(3, { relPath: 'c.txt' }),
  ]);
  await rig.database.libraries.update(rig.libraryId, { excludedDirs: ['Private'] });
  expect(await rig.drain.drainOnce()).toMatchObject({ end: 'done', encoded: 1, skipped: 2 });
  expect(decodeHost.asked).toEqual(['b.jpg']);
  const row = await rig.database.images.findImageByPath(rig.libraryId, 'Private/a.jpg');
  expect(row?.clip).toMatchObject({ status: 'skipped', errorReason: 'excluded' });
});

test('libraries take turns page by page', async () => {
  const decodeHost = fakeDecoder();
  await using rig = await openDrainRig({ decodeHost, drain: { pageSize: 10 }, libraryNames: ['A', 'B'] });
  for (const { id, name } of rig.libraries) {
    const photos = Array.from({ length: 50 }, (_, index) => photoFacts(index, { relPath: `${name}/${index}.jpg` }));
    await addPhotos(rig, photos, id);
  }
  await rig.drain.drainOnce();
  const turns = decodeHost.asked.map((path) => path[0]).join('');
  expect(turns).toBe(`${'A'.repeat(10)}${'B'.repeat(10)}`.repeat(5));
});

test('a library that was through gets its turn again when it is woken, in the middle of another one', async () => {
  const decodeHost = fakeDecoder();
  await using rig = await openDrainRig({ decodeHost, drain: { pageSize: 10 }, libraryNames: ['A', 'B'] });
  const [small, large] = rig.libraries;
  const photos = (name: string, count: number) =>
    Array.from({ length: count }, (_, index) => photoFacts(index, { relPath: `${name}/${index}.jpg` }));
  await addPhotos(rig, photos('A', 5), small?.id);
  await addPhotos(rig, photos('B', 300), large?.id);
  rig.drain.wake();
  await until(() => decodeHost.asked.filter((path) => path.startsWith('B')).length >= 30);
  await addPhotos(rig, photos('A-new', 5), small?.id);
  rig.drain.wake(small?.id);
  await rig.drain.whenIdle();
  const lastNew = decodeHost.asked.findLastIndex((path) => path.startsWith('A-new'));
  expect(decodeHost.asked).toHaveLength(310);
  expect(lastNew).toBeLessThan(300);
});

test('never holds more pictures than the window and the decoders', async () => {
  const decodeHost = fakeDecoder();
  await using rig = await openDrainRig({
    decodeHost,
    apollo: { delayMs: 2 },
    client: { concurrency: 3 },
    drain: { decodeThreads: 2 },
  });
  await addPhotos(rig, numbered(100));
  let most = 0;
  const done = rig.drain.drainOnce();
  const watch = setInterval(() => {
    most = Math.max(most, decodeHost.asked.length - rig.apollo.counters.items);
  }, 1);
  await done;
  clearInterval(watch);
  expect(decodeHost.most()).toBeLessThanOrEqual(5);
  expect(most).toBeLessThanOrEqual(5);
});

test('a photo whose bytes changed is handed back, not encoded', async () => {
  const decodeHost = fakeDecoder(({ contentHash }) => ({ kind: 'changed', contentHash: `${contentHash.slice(1)}0` }));
  await using rig = await openDrainRig({ decodeHost });
  const changed: string[] = [];
  rig.drain.onChanged((libraryId, relPath) => changed.push(`${libraryId}:${relPath}`));
  await addPhotos(rig, [photoFacts(1)]);
  expect(await rig.drain.drainOnce()).toMatchObject({ end: 'done', encoded: 0, postponed: 1 });
  expect(changed).toEqual([`${rig.libraryId}:2024/000001.jpg`]);
  expect(rig.apollo.counters.items).toBe(0);
});

test('pausing takes no new photos, resuming finishes', async () => {
  await using rig = await openDrainRig({ apollo: { delayMs: 1 }, drain: { pageSize: 20 } });
  await addPhotos(rig, numbered(400));
  rig.drain.wake();
  await until(async () => (await rig.database.images.counters()).encoded > 0);
  rig.drain.pause();
  await rig.drain.whenIdle();
  expect(rig.drain.status().state).toBe('paused');
  const { encoded } = await rig.database.images.counters();
  expect(encoded).toBeLessThan(400);
  rig.drain.wake();
  await rig.drain.whenIdle();
  expect((await rig.database.images.counters()).encoded).toBe(encoded);
  rig.drain.resume();
  await rig.drain.whenIdle();
  expect((await rig.database.images.counters()).encoded).toBe(400);
});

test('disabled is silent: nothing claimed, nothing written, at rest at once', async () => {
  const decodeHost = fakeDecoder();
  await using rig = await openDrainRig({ decodeHost, client: { addresses: [] } });
  await addPhotos(rig, numbered(3));
  rig.drain.wake();
  rig.drain.resume();
  await rig.drain.whenIdle();
  expect(rig.drain.status()).toMatchObject({ state: 'disabled' });
  expect(await rig.drain.drainOnce()).toMatchObject({ end: 'disabled', encoded: 0 });
  expect(decodeHost.asked).toEqual([]);
  expect(await rig.database.clipState.read()).toMatchObject({ wantedModelVersion: null });
});
