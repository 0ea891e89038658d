import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { decodeOffset, encodeOffset, SEARCH_DEPTH } from './cursor.js';
import { openQueryVectors, type QueryVectorsOptions } from './query-vectors.js';
import { subtractVector } from './subtract-vector.js';

const answering = (asked: string[] = [], modelVersion = 'A'): QueryVectorsOptions['client'] => ({
  async encodeTexts(texts) {
    asked.push(...texts);
    return { modelVersion, embeddings: texts.map((text) => Float32Array.of(text.length, 0)) };
  },
});

const AWAY: QueryVectorsOptions['client'] = { encodeTexts: () => Promise.reject(new Error('away')) };

test('asks the encoder once for the same words of the same model', async () => {
  using folder = tempFolder();
  const asked: string[] = [];
  const vectors = await openQueryVectors({ client: answering(asked), file: join(folder.path, 'kept') });
  await vectors.of('red', null);
  await vectors.of('red', 'A');
  await vectors.of('red', 'B');
  expect(asked).toEqual(['red', 'red']);
});

test('keeps the thousand used last, over a restart too', async () => {
  using folder = tempFolder();
  const file = join(folder.path, 'kept');
  const asked: string[] = [];
  const vectors = await openQueryVectors({ client: answering(asked), file });
  for (let index = 0; index < 1_000; index++) await vectors.of(`word ${index}`, 'A');
  await vectors.of('word 0', 'A');
  await vectors.of('one more', 'A');
  await vectors.of('word 0', 'A');
  expect(asked).toHaveLength(1_001);
  await vectors.close();
  const again = await openQueryVectors({ client: AWAY, file });
  expect([again.has('word 0', 'A'), again.has('word 1', 'A'), again.has('word 0', null)]).toEqual([true, false, false]);
  expect((await again.of('word 0', 'A')).vector).toEqual(Float32Array.of(6, 0));
  expect((await again.of('one more', 'A')).vector).toEqual(Float32Array.of(8, 0));
  await expect(again.of('word 1', 'A')).rejects.toThrow('away');
  await expect(again.of('word 2', 'B')).rejects.toThrow('away');
});

test('processes that share a file keep the words of all of them, the newest thousand', async () => {
  using folder = tempFolder();
  const file = join(folder.path, 'kept');
  const open = (): ReturnType<typeof openQueryVectors> => openQueryVectors({ client: answering(), file });
  const server = await open();
  for (let index = 0; index < 995; index++) await server.of(`word ${index}`, 'A');
  const commands = await Promise.all(Array.from({ length: 8 }, open));
  await Promise.all(commands.map((command, index) => command.of(`command ${index}`, 'A')));
  await Promise.all([server, ...commands].map((one) => one.close()));
  const again = await openQueryVectors({ client: AWAY, file });
  const kept = (name: string, count: number): number =>
    Array.from({ length: count }, (_, index) => again.has(`${name} ${index}`, 'A')).filter(Boolean).length;
  expect(kept('command', 8) + kept('word', 995)).toBe(1_000);
  expect(readdirSync(folder.path)).toEqual(['kept']);
});

test('words used again outlive those of other processes that were used before them', async () => {
  using folder = tempFolder();
  const file = join(folder.path, 'kept');
  const first = await openQueryVectors({ client: answering(), file });
  await first.of('early', 'A');
  await first.of('used again', 'A');
  await first.close();
  const second = await openQueryVectors({ client: answering(), file });
  for (let index = 0; index < 998; index++) await second.of(`word ${index}`, 'A');
  await second.close();
  await first.of('used again', 'A');
  await first.of('new', 'A');
  await first.close();
  const again = await openQueryVectors({ client: AWAY, file });
  expect(['early', 'used again', 'word 0', 'new'].map((text) => again.has(text, 'A'))).toEqual([
    false,
    true,
    true,
    true,
  ]);
});

test('a lock that a process left behind is passed over', async () => {
  using folder = tempFolder();
  const file = join(folder.path, 'kept');
  writeFileSync(`${file}.lock`, '');
  const vectors = await openQueryVectors({ client: answering(), file });
  await vectors.of('red', 'A');
  await vectors.close();
  expect((await openQueryVectors({ client: AWAY, file })).has('red', 'A')).toBe(true);
  expect(readdirSync(folder.path)).toEqual(['kept']);
});

test('no words are in the file, and only this user reads it', async () => {
  using folder = tempFolder();
  const file = join(folder.path, 'kept');
  const vectors = await openQueryVectors({ client: answering(), file });
  await vectors.of('a secret wish', 'A');
  await vectors.close();
  expect(readFileSync(file, 'latin1')).not.toMatch(/secret|wish/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder.path)).toEqual(['kept']);
});

test('only vectors of the model used last are written', async () => {
  using folder = tempFolder();
  const file = join(folder.path, 'kept');
  for (const modelVersion of ['A', 'B']) {
    const vectors = await openQueryVectors({ client: answering([], modelVersion), file });
    await vectors.of('red', modelVersion);
    await vectors.close();
  }
  const vectors = await openQueryVectors({ client: AWAY, file });
  expect((await vectors.of('red', 'B')).modelVersion).toBe('B');
  await expect(vectors.of('red', 'A')).rejects.toThrow('away');
});

test.each<[string, (bytes: Buffer) => Buffer]>([
  ['cut off', (bytes) => bytes.subarray(0, bytes.length - 1)],
  ['changed by a bit', (bytes) => Buffer.from(bytes).fill(bytes.at(-1)! ^ 1, bytes.length - 1)],
  ['empty', () => Buffer.alloc(0)],
  ['of another program', () => Buffer.from('{"format":"something else"}\n')],
  ['no header', () => Buffer.from('null\n')],
  ['too large', () => Buffer.alloc(20e6 + 1)],
])('a file that is %s is dropped with one line, and made anew', async (_, spoil) => {
  using folder = tempFolder();
  const file = join(folder.path, 'kept');
  const lines: string[] = [];
  const log = { debug() {}, warn: (_: unknown, message?: string) => void lines.push(message ?? '') };
  const useOnce = async (): Promise<void> => {
    const vectors = await openQueryVectors({ client: answering(), file, log });
    await vectors.of('red', 'A');
    await vectors.close();
  };
  await useOnce();
  writeFileSync(file, spoil(readFileSync(file)));
  await useOnce();
  expect(lines).toEqual([expect.stringMatching(/^the kept vectors of searched words are dropped: it is/)]);
  const vectors = await openQueryVectors({ client: AWAY, file, log });
  expect((await vectors.of('red', 'A')).vector).toEqual(Float32Array.of(3, 0));
});

test('a folder that cannot be written costs one line a try, and no search', async () => {
  using folder = tempFolder();
  const lines: string[] = [];
  const log = { debug() {}, warn: (_: unknown, message?: string) => void lines.push(message ?? '') };
  const vectors = await openQueryVectors({ client: answering(), file: join(folder.path, 'nowhere', 'kept'), log });
  await vectors.of('red', 'A');
  await vectors.close();
  expect(lines).toEqual([expect.stringContaining('cannot be kept')]);
});

test('words minus words point away from the unwanted, at length 1', () => {
  const mixed = subtractVector(Float32Array.of(0.6, 0.8, 0), Float32Array.of(0, 1, 0));
  expect(Math.hypot(...mixed)).toBeCloseTo(1, 6);
  expect(mixed[1]! / mixed[0]!).toBeLessThan(0.8 / 0.6);
});

test('words minus themselves are still a query', () => {
  const same = Float32Array.of(0.6, 0.8);
  expect(
    subtractVector(
      same,
      same.map((value) => value * 2),
    ),
  ).toEqual(same);
});

test.each([
  [undefined, 0],
  [encodeOffset(40), 40],
  [encodeOffset(SEARCH_DEPTH), SEARCH_DEPTH],
  ['o9999', undefined],
  ['o-1', undefined],
  ['40', undefined],
  ['o1e3', undefined],
])('cursor %s', (cursor, expected) => {
  expect(decodeOffset(cursor)).toBe(expected);
});
