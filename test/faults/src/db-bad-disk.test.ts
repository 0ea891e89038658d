import { fork } from 'node:child_process';
import { on, once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClipClaim } from '@clip-watch/db';
import { type BadDisk, badDisk, badDiskLibrary, tempFolder } from '@clip-watch/test-support';
import { describe, expect, test } from 'vitest';
import { inspect } from './db-raw.js';
import { makeBacklog } from './db-support.js';

const tools = tempFolder();
const library = badDiskLibrary(tools.path) ?? '';
process.once('exit', () => tools[Symbol.dispose]());

const CHILD = fileURLToPath(new URL('db-bad-disk-child.mjs', import.meta.url));
const PAGE = 10;

interface Answer {
  readonly kind: 'done' | 'refused' | 'gone';
  readonly value?: unknown;
}

interface Program extends AsyncDisposable {
  /** @throws the answer, where the program was refused: code, message and retryable */
  ask<T>(call: string, argument?: unknown): Promise<T>;
}

/** A process whose disk is that one, with a database on it. */
function startProgram(disk: BadDisk, file: string): Program {
  const child = fork(CHILD, [file], { execArgv: [], env: { ...process.env, ...disk.env } });
  const gone = once(child, 'exit');
  let asked = 0;
  async function answerTo(id: number): Promise<Answer> {
    for await (const [answer] of on(child, 'message', { close: ['exit'] })) if (answer.id === id) return answer;
    return { kind: 'gone' };
  }
  return {
    async ask(call, argument) {
      const id = ++asked;
      const answering = answerTo(id);
      child.send({ id, call, argument });
      const answer = await answering;
      if (answer.kind !== 'done') throw answer;
      return answer.value as never; // what the child's call of this name gives
    },
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await gone;
    },
  };
}

function idsOf({ candidates }: ClipClaim): readonly number[] {
  return candidates.map(({ id }) => id);
}

/** Retryable, with the file and what to do. */
function refusal(code: string, file: string) {
  const advice = code === 'DISK_FULL' ? /free some space/ : /writable/;
  return { kind: 'refused', code, retryable: true, message: expect.stringMatching(advice), file };
}

describe.skipIf(library === '')('a disk that is', () => {
  test.each([
    ['full', 'DISK_FULL'],
    ['read-only', 'READ_ONLY'],
  ] as const)(
    '%s refuses claims, write-backs and failures as %s, and all of them go on when it is well',
    async (state, code) => {
      using disk = badDisk(library);
      const file = join(disk.path, 'photos.db');
      await makeBacklog(file, 5 * PAGE);
      await using program = startProgram(disk, file);
      await program.ask('open');
      const done = await program.ask<ClipClaim>('claim', PAGE);
      await program.ask('store', done);
      const held = await program.ask<ClipClaim>('claim', PAGE);
      const bad = await program.ask<ClipClaim>('claim', PAGE);

      disk.become(state);
      const { file: where, ...refused } = refusal(code, file);
      for (const [call, argument] of [
        ['claim', PAGE],
        ['store', held],
        ['fail', bad],
        ['release', held],
      ] as const) {
        const answer = program.ask(call, argument);
        await expect(answer, call).rejects.toMatchObject(refused);
        await expect(answer, call).rejects.toMatchObject({ message: expect.stringContaining(where) });
      }
      // Reading goes on, and nothing was half done.
      expect(await program.ask('counters')).toMatchObject({ encoded: PAGE, pending: 4 * PAGE, failed: 0 });

      disk.become('well');
      expect(await program.ask('store', held)).toMatchObject({ written: PAGE });
      expect(await program.ask('fail', bad)).toMatchObject({ written: PAGE });
      const next = await program.ask<ClipClaim>('claim', 5 * PAGE);
      expect(next.candidates).toHaveLength(2 * PAGE);
      expect(await program.ask('store', next)).toMatchObject({ written: 2 * PAGE });
      expect(await program.ask('counters')).toMatchObject({ encoded: 4 * PAGE, pending: PAGE, failed: 0 });
      await program.ask('close');
      expect(inspect(file, [done, held, next].flatMap(idsOf))).toEqual({ sound: 'ok', lost: [] });
    },
  );

  test.each([
    ['full', 'DISK_FULL', 'old.db'],
    ['full', 'DISK_FULL', 'new.db'],
    ['read-only', 'READ_ONLY', 'old.db'],
    ['read-only', 'READ_ONLY', 'new.db'],
  ] as const)('%s refuses as %s to open %s, and opens it when it is well', async (state, code, name) => {
    using disk = badDisk(library);
    const file = join(disk.path, name);
    if (name === 'old.db') await makeBacklog(file, PAGE);
    disk.become(state);
    await using program = startProgram(disk, file);
    const { file: _where, ...refused } = refusal(code, file);
    const opening = program.ask('open');
    await expect(opening).rejects.toMatchObject(refused);
    await expect(opening).rejects.toMatchObject({ message: expect.stringContaining(disk.path) });
    disk.become('well');
    await program.ask('open');
    expect(await program.ask('counters')).toMatchObject({ pending: name === 'old.db' ? PAGE : 0, failed: 0 });
    await program.ask('close');
  });

  test('full leaves no half of a backup', async () => {
    using disk = badDisk(library);
    const file = join(disk.path, 'photos.db');
    const copy = join(disk.path, 'copy.db');
    await makeBacklog(file, PAGE);
    await using program = startProgram(disk, file);
    await program.ask('open');
    disk.become('full');
    await expect(program.ask('backup', copy)).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(readdirSync(disk.path).filter((name) => name.startsWith('copy'))).toEqual([]);
    disk.become('well');
    await program.ask('backup', copy);
    expect(inspect(copy, [])).toEqual({ sound: 'ok', lost: [] });
    await program.ask('close');
  });

  test('silent holds up what writes, and neither the event loop nor what reads', async () => {
    using disk = badDisk(library);
    const file = join(disk.path, 'photos.db');
    await makeBacklog(file, 5 * PAGE);
    await using program = startProgram(disk, file);
    await program.ask('open');
    const claim = await program.ask<ClipClaim>('claim', PAGE);
    disk.become('silent');
    let stored = false;
    const storing = program.ask('store', claim).then((result) => {
      stored = true;
      return result;
    });
    for (let reads = 0; reads < 20; reads += 1)
      expect(await program.ask('counters')).toMatchObject({ encoded: 0, pending: 5 * PAGE });
    expect(stored).toBe(false);
    disk.become('well');
    expect(await storing).toMatchObject({ written: PAGE });
    expect(await program.ask('counters')).toMatchObject({ encoded: PAGE });
    await program.ask('close');
  });
});
