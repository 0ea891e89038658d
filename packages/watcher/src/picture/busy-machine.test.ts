import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { progressiveBomb, tempFolder } from '@clip-watch/test-support';
import { afterEach, expect, test, vi } from 'vitest';
import { SMALL_TARGET } from '../testing/faulty-host.js';
import { openDecodeHost } from './decode-host.js';
import { hashOf } from './read-photo.js';

const rule = vi.hoisted(() => ({ isWallClock: false }));
// The control: the same program with limits by the clock on the wall.
vi.mock('@clip-watch/processes', async (original) => {
  const actual = await original<typeof import('@clip-watch/processes')>();
  const startChild: typeof actual.startChild = (options) => {
    const child = actual.startChild(options);
    return rule.isWallClock ? { ...child, clock: actual.createRunClock(undefined) } : child;
  };
  return { ...actual, startChild };
});

/** Half a second of CPU time: far below the limit by that, and far above three times it by the clock on the wall. */
const photo = await progressiveBomb(2500);
const programs = new Set<ChildProcess>();
afterEach(() => {
  for (const program of programs) program.kill('SIGKILL');
  programs.clear();
});

/** Four programs a core that do nothing but compute. Resolves when all of them do. */
async function fillMachine(): Promise<void> {
  const started = Array.from({ length: 4 * availableParallelism() }, async () => {
    const program = spawn('sh', ['-c', 'echo up; while :; do :; done'], { stdio: ['ignore', 'pipe', 'ignore'] });
    programs.add(program);
    await once(program.stdout, 'data');
  });
  await Promise.all(started);
}

async function decodeBesideOthers(isWallClock: boolean): Promise<{ kind: string; restarts: number }> {
  rule.isWallClock = isWallClock;
  using folder = tempFolder();
  writeFileSync(join(folder.path, 'a.jpg'), photo);
  const limits = { stallMs: 2000, readDeadlineMs: 2000, decodeDeadlineMs: 2000 };
  await using host = await openDecodeHost({ threads: 1, tempParent: folder.path, closeGraceMs: 100, ...limits });
  await fillMachine();
  const prepared = await host.prepare(
    { rootPath: folder.path, rootIdentity: null, relPath: 'a.jpg', contentHash: hashOf(photo) },
    SMALL_TARGET,
  );
  return { kind: prepared.kind === 'failed' ? prepared.reason : prepared.kind, restarts: host.stats().restarts };
}

test.skipIf(process.platform !== 'linux').each([
  ['is decoded, by the time that its child could run', false, { kind: 'pixels', restarts: 0 }],
  ['was given up, by the clock on the wall', true, { kind: 'timeout', restarts: 1 }],
])('a photo beside busy programs %s', { timeout: 300_000 }, async (_, isWallClock, expected) => {
  expect(await decodeBesideOthers(isWallClock)).toEqual(expected);
});
