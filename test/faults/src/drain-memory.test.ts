import { startMockApollo } from '@clip-watch/apollo-mock';
import { createClipClient } from '@clip-watch/clip-client';
import type { TableBacklog } from '@clip-watch/db';
import { LONGEST_WAIT_MS } from '@clip-watch/db';
import { type ClipBacklog, createBacklogDrain, LONGEST_BACKOFF_MS } from '@clip-watch/watcher';
import { expect, expectTypeOf, test } from 'vitest';
import { failedPicture, fakeDecoder } from './drain-fake-decoder.js';
import { createMemoryBacklog, type MemoryBacklog } from './drain-memory-backlog.js';

/** One full pass over a backlog in memory: a real encoder and client, no database. */
async function drainAll(backlog: MemoryBacklog, decodeHost = fakeDecoder(), retries = false) {
  await using apollo = await startMockApollo();
  await using clipClient = createClipClient({ addresses: [apollo.address] });
  const library = { id: 1, name: 'Family', rootPath: '/photos', rootIdentity: null, excludedDirs: [] };
  await using drain = createBacklogDrain(
    { backlog, clipClient, decodeHost, libraries: async () => [library] },
    { pageSize: 16, random: () => 0 },
  );
  return await drain.drainOnce({ retries });
}

test('the table fits the port of the drain, and keeps a photo waiting for as long as the drain may ask', () => {
  expectTypeOf<TableBacklog>().toExtend<ClipBacklog>();
  expect(LONGEST_WAIT_MS).toBe(LONGEST_BACKOFF_MS);
});

test('works off a backlog that is no database', async () => {
  const backlog = createMemoryBacklog(100);
  expect(await drainAll(backlog)).toMatchObject({ end: 'done', encoded: 100, failed: 0 });
  expect(backlog.photos.filter(({ embedding, token }) => embedding === null || token !== null)).toEqual([]);
});

test('records what fails for good, and goes on with the rest', async () => {
  const backlog = createMemoryBacklog(40);
  const decodeHost = fakeDecoder(({ relPath }) => (relPath === '7.jpg' ? failedPicture('corrupt') : undefined));
  expect(await drainAll(backlog, decodeHost)).toMatchObject({ end: 'done', encoded: 39, failed: 1 });
  expect(backlog.photos[6]).toMatchObject({ status: 'failed', failure: { reason: 'corrupt', final: true } });
});

test('tries what fails for now three times, then lists it', async () => {
  const backlog = createMemoryBacklog(3);
  const decodeHost = fakeDecoder(({ relPath }) =>
    relPath === '2.jpg' ? failedPicture('timeout', { sure: false }) : undefined,
  );
  expect(await drainAll(backlog, decodeHost, true)).toMatchObject({ end: 'done', encoded: 2, failed: 1, postponed: 2 });
  expect(backlog.photos[1]).toMatchObject({ status: 'failed', attempts: 3 });
});

test('gives back what crashed a decoder, then tries it alone', async () => {
  const backlog = createMemoryBacklog(3);
  let deaths = 0;
  const decodeHost = fakeDecoder(({ relPath }) => {
    if (relPath !== '3.jpg' || ++deaths > 2) return undefined;
    throw Object.assign(new Error('the decoder died'), { code: 'CHILD_DIED' });
  });
  await drainAll(backlog, decodeHost);
  await drainAll(backlog, decodeHost);
  expect(backlog.photos.map(({ status }) => status)).toEqual(['encoded', 'encoded', 'encoded']);
  expect(backlog.photos[2]?.crashes).toBe(2);
});
