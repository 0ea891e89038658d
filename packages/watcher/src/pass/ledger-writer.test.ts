import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { WriteResult } from '../clip-backlog.js';
import type { LedgerEntry } from '../ledger-entry.js';
import { embeddingEntry, failureEntry, workItem } from '../testing/work-items.js';
import { createLedgerWriter } from './ledger-writer.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Takes down each statement; fails as often as told. */
function recordingBacklog(failures = 0) {
  const statements: string[] = [];
  let left = failures;
  const take = (name: string, rows: number): WriteResult => {
    statements.push(`${name} ${rows}`);
    if (left-- > 0) throw Object.assign(new Error('full'), { code: 'DISK_FULL' });
    return { written: rows, stale: 0, shared: 0 };
  };
  return {
    statements,
    backfillClipEmbeddings: async (rows: readonly unknown[]) => take('embeddings', rows.length),
    recordClipFailures: async (rows: readonly unknown[]) => take('failures', rows.length),
    releaseClaims: async (token: string, options: { ids?: readonly number[]; crashedIds?: readonly number[] } = {}) =>
      take(`release ${token} crashed ${options.crashedIds?.length}`, options.ids?.length ?? 0).written,
  };
}

function writerOn(backlog: ReturnType<typeof recordingBacklog>) {
  const written: LedgerEntry[] = [];
  const failed: LedgerEntry[] = [];
  const writer = createLedgerWriter({
    backlog,
    onWritten: (entries) => written.push(...entries),
    onFailed: (_error, entries) => failed.push(...entries),
  });
  return { writer, written, failed };
}

const embeddings = (count: number) => Array.from({ length: count }, (_, id) => embeddingEntry(workItem({ id })));

test('one row waits 200 ms for others, then is written', async () => {
  const images = recordingBacklog();
  const { writer, written } = writerOn(images);
  await writer.add(embeddingEntry());
  await vi.advanceTimersByTimeAsync(199);
  expect(images.statements).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(images.statements).toEqual(['embeddings 1']);
  expect(written).toHaveLength(1);
});

test('a hundred rows are written at once', async () => {
  const images = recordingBacklog();
  const { writer } = writerOn(images);
  for (const entry of embeddings(100)) await writer.add(entry);
  await vi.advanceTimersByTimeAsync(0);
  expect(images.statements).toEqual(['embeddings 100']);
});

test('flush writes each kind by its own statement, at most a hundred rows a batch', async () => {
  const images = recordingBacklog();
  const { writer, written } = writerOn(images);
  for (const entry of embeddings(120)) await writer.add(entry);
  await writer.add(failureEntry());
  await writer.add({ kind: 'release', item: workItem({ id: 500 }) });
  await writer.add({ kind: 'crash', item: workItem({ id: 501 }) });
  await writer.flush();
  expect(images.statements).toEqual(['embeddings 100', 'embeddings 20', 'failures 1', 'release token crashed 1 2']);
  expect(written).toHaveLength(123);
});

test('a write that fails once is tried again; nothing is told twice', async () => {
  const images = recordingBacklog(1);
  const { writer, written, failed } = writerOn(images);
  await writer.add(embeddingEntry());
  const flushed = writer.flush();
  await vi.advanceTimersByTimeAsync(1_000);
  await flushed;
  expect(images.statements).toEqual(['embeddings 1', 'embeddings 1']);
  expect([written.length, failed.length]).toEqual([1, 0]);
});

test('a write that fails twice is told, and the next kind is still written', async () => {
  const images = recordingBacklog(2);
  const { writer, written, failed } = writerOn(images);
  await writer.add(embeddingEntry());
  await writer.add(failureEntry());
  const flushed = writer.flush();
  await vi.advanceTimersByTimeAsync(1_000);
  await flushed;
  expect(failed.map(({ kind }) => kind)).toEqual(['embedding']);
  expect(written.map(({ kind }) => kind)).toEqual(['failure']);
});
