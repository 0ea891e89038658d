import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { readActivity } from '@clip-watch/processes';
import { progressiveBomb, startBusyPrograms, tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import type { DecodeHost } from '../../picture-types.js';
import { SMALL_TARGET } from '../../testing/faulty-host.js';
import { hashOf } from '../read-photo.js';
import { openDecodeHost } from './decode-host.js';

/** Takes long enough to be looked at several times. */
const photo = await progressiveBomb(2500);
const LIMIT_FACTOR = 3;

/** CPU time of this process and of all that it started, in ms. */
function cpuMs(): number {
  const threads = [...(readActivity(process.pid)?.threads.values() ?? [])];
  return threads.reduce((sum, thread) => sum + thread.cpuMs, 0);
}

/** What a decode costs on this machine, in ms of CPU time. */
async function measureDecode(source: Parameters<DecodeHost['prepare']>[0], tempParent: string): Promise<number> {
  await using host = await openDecodeHost({ threads: 1, tempParent, closeGraceMs: 100 });
  const before = cpuMs();
  expect((await host.prepare(source, SMALL_TARGET)).kind).toBe('pixels');
  return cpuMs() - before;
}

test.skipIf(process.platform !== 'linux')(
  'beside busy programs a photo is decoded that takes many times its limit by the clock on the wall',
  { timeout: 300_000 },
  async () => {
    using folder = tempFolder();
    writeFileSync(join(folder.path, 'a.jpg'), photo);
    const source = { rootPath: folder.path, rootIdentity: null, relPath: 'a.jpg', contentHash: hashOf(photo) };
    const limitMs = Math.ceil(LIMIT_FACTOR * (await measureDecode(source, folder.path)));
    const limits = { stallMs: Math.max(2000, limitMs), readDeadlineMs: limitMs, decodeDeadlineMs: limitMs };
    await using host = await openDecodeHost({ threads: 1, tempParent: folder.path, closeGraceMs: 100, ...limits });
    using _others = await startBusyPrograms(4 * availableParallelism());
    const startedAt = performance.now();
    expect((await host.prepare(source, SMALL_TARGET)).kind).toBe('pixels');
    expect(host.stats().restarts).toBe(0);
    // The control: one limit for reading and one for decoding would have run out.
    expect(performance.now() - startedAt).toBeGreaterThan(2 * limitMs);
  },
);
