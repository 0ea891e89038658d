import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { lockPull } from './pull-lock.js';

const folder = mkdtempSync(join(tmpdir(), 'pull-lock-'));
const file = join(folder, 'lock');
afterAll(() => rmSync(folder, { recursive: true }));

/** What a pull that was killed two minutes ago left. */
async function leaveBehind(path: string = file): Promise<void> {
  const then = new Date(Date.now() - 120_000);
  await writeFile(path, '');
  await utimes(path, then, then);
}

test('of many that meet a lock left behind, one takes it over', async () => {
  for (let round = 0; round < 100; round++) {
    await leaveBehind();
    const tries = await Promise.allSettled(Array.from({ length: 4 }, () => lockPull(file)));
    const taken = tries.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    expect(taken).toHaveLength(1);
    expect(await readdir(folder)).toEqual(['lock']);
    for (const lock of taken) await lock[Symbol.asyncDispose]();
  }
});

test('a pull that was killed while it took over keeps the next one away once', async () => {
  await leaveBehind();
  await leaveBehind(`${file}.turn`);
  await expect(lockPull(file)).rejects.toMatchObject({ code: 'PULL_FAILED' });
  await using _ = await lockPull(file);
  expect(await readdir(folder)).toEqual(['lock']);
});

test('one that was taken over meanwhile leaves the lock of the other alone', async () => {
  const first = await lockPull(file);
  await utimes(file, 0, 0);
  await using _ = await lockPull(file);
  const lock = await readFile(file);
  await first[Symbol.asyncDispose]();
  expect(await readFile(file)).toEqual(lock);
  await expect(lockPull(file)).rejects.toMatchObject({ code: 'PULL_FAILED' });
});
