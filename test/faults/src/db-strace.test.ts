import { expect, test } from 'vitest';
import { readEvents } from './db-strace.js';

const hex = (text: string): string => `"${[...Buffer.from(text)].map((byte) => `\\x${byte.toString(16)}`).join('')}"`;

test('a number that another thread gets while its close is under way is that of the new file', () => {
  const trace = [
    `1 openat(AT_FDCWD, ${hex('/old')}, O_RDONLY) = 20`,
    '1 close(20 <unfinished ...>',
    `2 openat(AT_FDCWD, ${hex('/photos.db')}, O_RDWR) = 20`,
    '1 <... close resumed>) = 0',
    `2 pwrite64(20, ${hex('a')}, 1, 0 <unfinished ...>`,
    `1 write(1, ${hex('stored')}, 6) = 6`,
    '2 <... pwrite64 resumed>) = 1',
    '2 fsync(20) = 0',
    '2 close(20) = 0',
    `2 pwrite64(20, ${hex('b')}, 1, 0) = 1`,
  ].join('\n');
  const events = readEvents(trace, (path) => path === '/photos.db');
  expect(events.map(({ kind }) => kind)).toEqual(['said', 'write', 'sync']);
});

test('a write that strace tells in two halves keeps its place in the file', () => {
  const trace = [
    `1 openat(AT_FDCWD, ${hex('/photos.db')}, O_RDWR) = 20`,
    `1 pwrite64(20, ${hex('a')}, 1, 49328 <unfinished ...>`,
    `2 write(1, ${hex('stored')}, 6) = 6`,
    '1 <... pwrite64 resumed>) = 1',
    `1 ftruncate(20, 8192 <unfinished ...>`,
    '1 <... ftruncate resumed>) = 0',
  ].join('\n');
  const [, write, truncate] = readEvents(trace, (path) => path === '/photos.db');
  expect(write).toMatchObject({ kind: 'write', offset: 49_328 });
  expect(truncate).toMatchObject({ kind: 'truncate', length: 8192 });
});
