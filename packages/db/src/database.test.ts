import { describe, expect, test } from 'vitest';
import { openTestDatabase } from './testing/open-test-database.js';
import { claimOf, collect, embeddingOf, failureOf, photo } from './testing/rows.js';

describe('one photo, from the scan to the search', () => {
  test('is added, claimed, encoded and streamed', async () => {
    await using test = await openTestDatabase();
    const { images } = test.database;
    const told: number[] = [];
    test.database.onEmbedded((ids) => told.push(...ids));

    expect(await images.upsertPhotos(test.library.id, [photo('a.jpg'), photo('b/c.jpg')])).toEqual({
      added: 2,
      changed: 0,
      unchanged: 0,
    });
    const claim = await images.claimClipCandidates(claimOf(test.library.id));
    expect(claim.candidates.map((row) => row.relPath).sort()).toEqual(['a.jpg', 'b/c.jpg']);
    const [first, second] = claim.candidates;
    const stored = embeddingOf(claim, first!);
    expect(await images.backfillClipEmbeddings([stored])).toEqual({ written: 1, stale: 0, shared: 0 });
    expect(await images.recordClipFailures([failureOf(claim, second!)])).toEqual({ written: 1, stale: 0, shared: 0 });

    expect(told).toEqual([first!.id]);
    expect(await images.counters()).toMatchObject({ photos: 2, encoded: 1, failed: 1, pending: 0 });
    expect(await images.failureGroups(test.library.id)).toEqual([
      { reason: 'undecodable', errorClass: 'photo', status: 'failed', count: 1 },
    ]);
    const streamed = await collect(images.streamEmbeddings({ modelVersion: 'model-a' }));
    expect(streamed.map((row) => [row.id, [...row.embedding]])).toEqual([[first!.id, [...stored.embedding]]]);
    expect((await images.pageImages({ limit: 10 })).items.map((row) => row.clip.status).sort()).toEqual([
      'encoded',
      'failed',
    ]);
    expect((await images.pageFailures({ limit: 10 })).items.map((row) => row.relPath)).toEqual([second!.relPath]);
    expect(await images.nextDueAt(test.library.id)).toBeNull();
    expect(await images.requeue({ all: true })).toBe(1);
    expect(await images.nextDueAt(test.library.id)).toBe(test.clock.time);
  });
});
