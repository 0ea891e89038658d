import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { tryLock, withLock } from './lock-file.js';

/** Also what a process that was killed a while ago leaves. */
function setAge(file: string, ageMs: number): void {
  const at = (Date.now() - ageMs) / 1000;
  writeFileSync(file, '', { flag: 'a' });
  utimesSync(file, at, at);
}

test('a lock that is held is not given out again before it is given back', async () => {
  using folder = tempFolder();
  const file = join(folder.path, 'lock');
  const first = await tryLock(file);
  expect([await tryLock(file), existsSync(file)]).toEqual([undefined, true]);
  await first?.[Symbol.asyncDispose]();
  expect(existsSync(file)).toBe(false);
  await using second = await tryLock(file);
  expect(second).toBeDefined();
});

test('a holder shows that it lives', async () => {
  using folder = tempFolder();
  const file = join(folder.path, 'lock');
  await using _ = await tryLock(file, 600);
  setAge(file, 1_000);
  await expect.poll(() => Date.now() - statSync(file).mtimeMs, { timeout: 20_000 }).toBeLessThan(600);
  expect(await tryLock(file, 600)).toBeUndefined();
});

test('of many that meet a lock left behind, one takes it over', async () => {
  using folder = tempFolder();
  const file = join(folder.path, 'lock');
  for (let round = 0; round < 100; round++) {
    setAge(file, 120_000);
    const tries = await Promise.all(Array.from({ length: 4 }, () => tryLock(file)));
    const taken = tries.filter((lock) => lock !== undefined);
    expect([taken.length, readdirSync(folder.path)]).toEqual([1, ['lock']]);
    await taken[0]?.[Symbol.asyncDispose]();
  }
});

test('a holder that was taken for dead leaves the lock of its successor alone', async () => {
  using folder = tempFolder();
  const file = join(folder.path, 'lock');
  const first = await tryLock(file);
  setAge(file, 120_000);
  await using second = await tryLock(file);
  const owner = readFileSync(file, 'utf8');
  await first?.[Symbol.asyncDispose]();
  expect([second === undefined, readFileSync(file, 'utf8')]).toEqual([false, owner]);
});

test('short work is done by one after the other, also after one that was killed', async () => {
  using folder = tempFolder();
  const file = join(folder.path, 'lock');
  setAge(file, 120_000);
  let running = 0;
  const together: number[] = [];
  const work = async (): Promise<void> => {
    together.push(++running);
    await sleep(5);
    running--;
  };
  await Promise.all(Array.from({ length: 8 }, () => withLock(file, work)));
  expect([together, readdirSync(folder.path)]).toEqual([Array(8).fill(1), []]);
});

test('work that fails gives the lock back', async () => {
  using folder = tempFolder();
  const file = join(folder.path, 'lock');
  await expect(withLock(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(existsSync(file)).toBe(false);
});

test('a lock from the future does not hold up short work for ever', async () => {
  using folder = tempFolder();
  const file = join(folder.path, 'lock');
  setAge(file, -3_600_000);
  let isDone = false;
  await withLock(file, async () => {
    isDone = true;
  });
  expect([isDone, existsSync(file)]).toEqual([true, false]);
}, 20_000);

test('without its folder there is no lock', async () => {
  using folder = tempFolder();
  await expect(tryLock(join(folder.path, 'none', 'lock'))).rejects.toMatchObject({ code: 'ENOENT' });
});
