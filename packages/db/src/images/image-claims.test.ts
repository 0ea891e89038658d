import { describe, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../testing/open-test-database.js';
import { claimOf, collect, embeddingOf, failureOf, photo } from '../testing/rows.js';

const HOUR = 3_600_000;

async function claimAll(test: TestDatabase, request: Parameters<typeof claimOf>[1] = {}) {
  return test.database.images.claimClipCandidates(claimOf(test.library.id, request));
}

/** Encodes everything that goes out. @returns how many encodes it took */
async function drain(test: TestDatabase): Promise<number> {
  let encodes = 0;
  for (;;) {
    const claim = await claimAll(test, { limit: 64 });
    encodes += claim.candidates.length;
    await test.database.images.backfillClipEmbeddings(claim.candidates.map((row) => embeddingOf(claim, row)));
    if (claim.candidates.length === 0 && (await test.database.images.nextDueAt(test.library.id)) === null)
      return encodes;
  }
}

describe('order', () => {
  test('newest first, whatever the order of arrival', async () => {
    await using test = await openTestDatabase();
    const photos = [3, 1, 2].map((year) => photo(`${year}.jpg`, { takenAt: year }));
    await test.database.images.upsertPhotos(test.library.id, photos);
    expect((await claimAll(test)).candidates.map((row) => row.relPath)).toEqual(['3.jpg', '2.jpg', '1.jpg']);
  });

  test('a fresh photo is in the first page, with a thousand that failed ahead of it', async () => {
    await using test = await openTestDatabase();
    const { images } = test.database;
    await images.upsertPhotos(
      test.library.id,
      Array.from({ length: 1000 }, (_value, at) => photo(`bad/${at}.jpg`, { takenAt: 1000 + at })),
    );
    const bad = await claimAll(test, { limit: 1000 });
    const failures = bad.candidates.map((row) =>
      failureOf(bad, row, {
        errorClass: 'environment',
        reason: 'permission',
        final: false,
        countsAttempt: false,
        nextAttemptAt: test.clock.time + 1,
      }),
    );
    await images.recordClipFailures(failures);
    test.clock.time += HOUR;
    await images.upsertPhotos(test.library.id, [photo('fresh.jpg', { takenAt: 1 })]);
    const page = await claimAll(test, { limit: 9 });
    expect(page.candidates[0]?.relPath).toBe('fresh.jpg');
    expect(page.candidates).toHaveLength(9);
    expect(await images.counters()).toMatchObject({ failed: 0, pending: 1001 });
  });

  test('a clock that jumped back makes nobody wait for years', async () => {
    await using test = await openTestDatabase();
    const { images } = test.database;
    await images.upsertPhotos(test.library.id, [photo('a.jpg')]);
    const claim = await claimAll(test);
    const later = {
      errorClass: 'service',
      final: false,
      countsAttempt: false,
      nextAttemptAt: test.clock.time + 60_000,
    } as const;
    await images.recordClipFailures([failureOf(claim, claim.candidates[0]!, later)]);
    expect((await claimAll(test)).candidates).toHaveLength(0);
    expect(await images.nextDueAt(test.library.id)).toBe(test.clock.time + 60_000);
    test.clock.time -= 1000 * HOUR;
    expect(await images.nextDueAt(test.library.id)).toBe(test.clock.time);
    expect((await claimAll(test)).candidates).toHaveLength(1);
  });
});

describe('equal bytes', () => {
  test('2,000 copies of 10 pictures take 10 encodes', async () => {
    await using test = await openTestDatabase();
    const photos = Array.from({ length: 2000 }, (_value, at) =>
      photo(`${at}.jpg`, { content: `${at % 10}`, takenAt: at }),
    );
    await test.database.images.upsertPhotos(test.library.id, photos);
    expect(await drain(test)).toBe(10);
    expect(await test.database.images.counters()).toMatchObject({ encoded: 2000 });
    expect(await collect(test.database.images.streamEmbeddings({ modelVersion: 'model-a', batch: 300 }))).toHaveLength(
      2000,
    );
  });

  test('a bad file with 1,000 copies is tried 3 times', async () => {
    await using test = await openTestDatabase();
    const { images } = test.database;
    await images.upsertPhotos(
      test.library.id,
      Array.from({ length: 1000 }, (_value, at) => photo(`${at}.jpg`, { content: 'bad' })),
    );
    let tries = 0;
    for (let round = 0; round < 20; round += 1) {
      const claim = await claimAll(test);
      tries += claim.candidates.length;
      const failures = claim.candidates.map((row) =>
        failureOf(claim, row, {
          reason: 'timeout',
          final: row.attempts === 2,
          nextAttemptAt: test.clock.time + 60_000,
        }),
      );
      await images.recordClipFailures(failures);
      test.clock.time += HOUR;
    }
    expect(tries).toBe(3);
    expect(await images.counters()).toMatchObject({ failed: 1000, pending: 0 });
    expect(await images.requeue({ reason: 'timeout' })).toBe(1000);
    expect((await claimAll(test)).candidates).toHaveLength(1);
  });

  test('a move, a copy in another library and a photo that comes back cost no encode', async () => {
    await using test = await openTestDatabase();
    const { images, libraries } = test.database;
    await images.upsertPhotos(test.library.id, [photo('old.jpg', { content: 'same' })]);
    expect(await drain(test)).toBe(1);
    const [old] = await images.findKnownFiles(test.library.id, ['old.jpg']);
    await images.markMissing([old!.id], test.clock.time);
    const other = await libraries.add({ name: 'other', rootPath: '/other', excludedDirs: [], rootIdentity: null });
    await images.upsertPhotos(test.library.id, [photo('new.jpg', { content: 'same' })]);
    await images.upsertPhotos(other.id, [photo('copy.jpg', { content: 'same' })]);
    expect(await images.removeMissing(test.library.id, test.clock.time + 1)).toBe(1);
    await images.upsertPhotos(test.library.id, [photo('old.jpg', { content: 'same' })]);
    expect(await drain(test)).toBe(0);
    expect(await images.counters()).toMatchObject({ encoded: 3, pending: 0, missing: 0 });
  });

  test('an unreadable copy does not hold up its twin', async () => {
    await using test = await openTestDatabase();
    const { images } = test.database;
    await images.upsertPhotos(test.library.id, [
      photo('a.jpg', { content: 'same', takenAt: 2 }),
      photo('b.jpg', { content: 'same', takenAt: 1 }),
    ]);
    const first = await claimAll(test);
    expect(first.candidates.map((row) => row.relPath)).toEqual(['a.jpg']);
    const noAccess = {
      errorClass: 'environment',
      final: false,
      countsAttempt: false,
      nextAttemptAt: test.clock.time + HOUR,
    } as const;
    await images.recordClipFailures([failureOf(first, first.candidates[0]!, noAccess)]);
    const second = await claimAll(test);
    expect(second.candidates.map((row) => row.relPath)).toEqual(['b.jpg']);
    expect(await images.backfillClipEmbeddings([embeddingOf(second, second.candidates[0]!)])).toEqual({
      written: 1,
      stale: 0,
      shared: 1,
    });
  });
});

describe('claims', () => {
  test('a row that crashed twice goes alone', async () => {
    await using test = await openTestDatabase();
    const { images } = test.database;
    await images.upsertPhotos(test.library.id, [photo('a.jpg'), photo('b.jpg')]);
    for (let crash = 0; crash < 2; crash += 1) {
      const claim = await claimAll(test);
      const crashedIds = claim.candidates.filter((row) => row.relPath === 'a.jpg').map(({ id }) => id);
      expect(await images.releaseClaims(claim.token, { crashedIds })).toBe(2);
    }
    expect((await claimAll(test)).candidates.map((row) => row.relPath)).toEqual(['b.jpg']);
    expect((await claimAll(test, { alone: true })).candidates.map((row) => [row.relPath, row.crashes])).toEqual([
      ['a.jpg', 2],
    ]);
  });

  test('an owner of an earlier run is freed without a crash, and only that one', async () => {
    await using test = await openTestDatabase();
    const { images } = test.database;
    await images.upsertPhotos(test.library.id, [photo('a.jpg'), photo('b.jpg')]);
    await claimAll(test, { limit: 1, owner: 'before' });
    await claimAll(test, { limit: 1, owner: 'beside' });
    expect(await images.claimOwners()).toEqual(['before', 'beside']);
    expect(await images.releaseOwner('before')).toBe(1);
    const again = await claimAll(test);
    expect(again.candidates.map((row) => row.crashes)).toEqual([0]);
  });

  test('a lease that is extended is not rescued', async () => {
    await using test = await openTestDatabase();
    const { images } = test.database;
    await images.upsertPhotos(test.library.id, [photo('a.jpg')]);
    const claim = await claimAll(test, { leaseMs: 1000 });
    test.clock.time += 900;
    expect(await images.extendClaim(claim.token, 1000)).toBe(1);
    test.clock.time += 900;
    expect(await images.rescueExpiredClaims()).toBe(0);
    test.clock.time += 200;
    expect(await images.rescueExpiredClaims()).toBe(1);
    expect(await images.backfillClipEmbeddings([embeddingOf(claim, claim.candidates[0]!)])).toEqual({
      written: 0,
      stale: 1,
      shared: 0,
    });
  });

  test('another version of the decoder brings back what the old one failed', async () => {
    await using test = await openTestDatabase();
    const { images } = test.database;
    await images.upsertPhotos(test.library.id, [photo('a.jpg'), photo('b.jpg')]);
    const claim = await claimAll(test);
    const [a, b] = claim.candidates;
    await images.recordClipFailures([
      failureOf(claim, a!),
      failureOf(claim, b!, { decoderVersion: null, reason: 'refused' }),
    ]);
    expect(await images.requeueForDecoder('d1')).toBe(0);
    expect(await images.requeueForDecoder('d2')).toBe(1);
    expect(await images.counters()).toMatchObject({ pending: 1, failed: 1 });
  });
});
