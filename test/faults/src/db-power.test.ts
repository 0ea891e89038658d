import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { describe, expect, test } from 'vitest';
import { cutPower, type Loss } from './db-disk.js';
import { inspect } from './db-raw.js';
import { type FileEvent, readEvents, STRACE } from './db-strace.js';
import { idsAfter, makeBacklog, startWriter } from './db-support.js';

const STATES = Number(process.env.CLIP_WATCH_TEST_POWER_STATES ?? 40);
const LOSSES: readonly Loss[] = ['all', 'half', 'torn'];
// Being there is not enough: in many containers nobody may trace.
const canTrace = spawnSync('strace', ['-f', '-o', '/dev/null', process.execPath, '-e', '']).status === 0;
if (!canTrace)
  process.stderr.write(
    '\n*** SKIPPED: power cuts are simulated from an strace, and there is none that works here. ' +
      'apt-get install strace, and allow ptrace in the container ***\n',
  );

interface Recording {
  readonly base: ReadonlyMap<string, Buffer>;
  readonly events: readonly FileEvent[];
  readonly file: string;
}

/** Lets a real writer work on a real database under strace. */
async function record(folder: string, synchronous: 'FULL' | 'NORMAL'): Promise<Recording> {
  const file = join(folder, 'power.db');
  const trace = join(folder, 'trace.txt');
  await makeBacklog(file, 600);
  const base = new Map([[file, readFileSync(file)]]);
  const wrap = [...STRACE, trace];
  const writer = startWriter({ file, owner: 'one', limit: 20, leaseMs: 60_000, wrap, synchronous, stopAfter: 400 });
  expect(await writer.ended).toBe(0);
  const events = readEvents(readFileSync(trace, 'utf8'), (path) => path === file || path === `${file}-wal`);
  rmSync(trace);
  return { base, events, file };
}

/** Opens the files as they would be found after the cut. @returns whether an acknowledged row is gone */
function survives({ base, events, file }: Recording, cut: number, loss: Loss): boolean {
  const found = `${file}.found`;
  for (const suffix of ['', '-wal', '-shm']) rmSync(found + suffix, { force: true });
  const state = cutPower(base, events, { cut, loss, random: Math.random });
  for (const [path, content] of state) writeFileSync(path.replace(file, found), content);
  const said = events.slice(0, cut).flatMap((event) => (event.kind === 'said' ? [event.line] : []));
  const { sound, lost } = inspect(found, idsAfter(said, 'stored'));
  expect(sound, `the file after a cut before event ${cut}, losing ${loss}`).toBe('ok');
  return lost.length === 0;
}

function countLosses(recording: Recording): { readonly states: number; readonly losing: number } {
  const first = recording.events.findIndex((event) => event.kind === 'said' && event.line.startsWith('stored'));
  expect(first).toBeGreaterThan(0);
  let losing = 0;
  for (let state = 0; state < STATES; state += 1) {
    const cut = first + 1 + Math.floor(Math.random() * (recording.events.length - first));
    if (!survives(recording, cut, LOSSES[state % LOSSES.length] ?? 'all')) losing += 1;
  }
  return { states: STATES, losing };
}

describe.skipIf(!canTrace)(`${STATES} power cuts, from an strace of the real writes`, () => {
  test('lose no acknowledged row', { timeout: 3_600_000 }, async () => {
    using folder = tempFolder();
    const recording = await record(folder.path, 'FULL');
    const { states, losing } = countLosses(recording);
    process.stdout.write(`FULL: ${losing} of ${states} states lose acknowledged rows\n`);
    expect(losing).toBe(0);
  });

  test('lose some with the driver’s own setting: the simulation can tell', { timeout: 3_600_000 }, async () => {
    using folder = tempFolder();
    const recording = await record(folder.path, 'NORMAL');
    const { states, losing } = countLosses(recording);
    process.stdout.write(`NORMAL (control): ${losing} of ${states} states lose acknowledged rows\n`);
    expect(losing).toBeGreaterThan(0);
  });

  test('the events, applied whole, give the file that is there', { timeout: 600_000 }, async () => {
    using folder = tempFolder();
    const { base, events, file } = await record(folder.path, 'FULL');
    const whole = events.map((event) => (event.kind === 'sync' ? { ...event, since: Number.MAX_SAFE_INTEGER } : event));
    const synced = [file, `${file}-wal`].map(
      (path) => ({ kind: 'sync', path, since: Number.MAX_SAFE_INTEGER }) as const,
    );
    const end = cutPower(base, [...whole, ...synced], {
      cut: Number.MAX_SAFE_INTEGER,
      loss: 'all',
      random: Math.random,
    });
    expect(end.get(file)?.equals(readFileSync(file))).toBe(true);
    expect(existsSync(`${file}-wal`)).toBe(false);
    copyFileSync(file, `${file}.copy`);
    expect(
      inspect(
        `${file}.copy`,
        idsAfter(
          events.flatMap((event) => (event.kind === 'said' ? [event.line] : [])),
          'stored',
        ),
      ).lost,
    ).toEqual([]);
  });
});
