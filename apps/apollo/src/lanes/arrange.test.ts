import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { describe, expect, test } from 'vitest';
import { PALETTE_DIR } from '../model/model-choice.js';
import { createTestClient, solidItem } from '../testing/apollo-client.js';
import { startApolloProcess } from '../testing/apollo-process.js';
import { memoryFile, recallArrangement, rememberArrangement } from './arrangement-memory.js';

const KEY = { modelVersion: 'sha256:1', cores: 4, provider: 'cpu', maxBatch: 8, onnxruntime: '1.0.0' };
const TWO_BY_TWO = { children: 2, threads: 2 };
const CANDIDATES = [{ children: 4, threads: 1 }, TWO_BY_TWO];

describe('the memory of measured arrangements', () => {
  test('holds one for each model, machine and library', async () => {
    using folder = tempFolder();
    const file = join(folder.path, 'new/arrangements.json');
    expect(await recallArrangement(file, KEY, CANDIDATES)).toBeUndefined();
    await rememberArrangement(file, KEY, TWO_BY_TWO);
    await rememberArrangement(file, { ...KEY, cores: 8 }, { children: 8, threads: 1 });
    expect(await recallArrangement(file, KEY, CANDIDATES)).toEqual(TWO_BY_TWO);
    for (const other of [
      { modelVersion: 'sha256:2' },
      { cores: 2 },
      { provider: 'cuda' },
      { maxBatch: 4 },
      { onnxruntime: '2' },
    ])
      expect(await recallArrangement(file, { ...KEY, ...other }, CANDIDATES)).toBeUndefined();
  });

  test.each([
    '',
    'null',
    '[]',
    '{"a',
    '{"sha256:1 4 cores, cpu, batch 8, onnxruntime 1.0.0": {"children": 99, "threads": 99}}',
  ])('is asked in vain when it holds %j, and can be written over', async (content) => {
    using folder = tempFolder();
    const file = join(folder.path, 'arrangements.json');
    writeFileSync(file, content);
    expect(await recallArrangement(file, KEY, CANDIDATES)).toBeUndefined();
    await rememberArrangement(file, KEY, TWO_BY_TWO);
    expect(await recallArrangement(file, KEY, CANDIDATES)).toEqual(TWO_BY_TWO);
  });

  test.each([
    ['/data', {}, '/data/models/arrangements.json'],
    [undefined, { XDG_CACHE_HOME: '/cache' }, '/cache/clip-watch/arrangements.json'],
  ])('lies in %s %j at %s', (dataDir, environment, file) => {
    expect(memoryFile(dataDir, environment)).toBe(file);
  });
});

const MEASURED = 'children and threads chosen by measuring';
const REMEMBERED = 'children and threads as measured at an earlier start';

// With one core there is one arrangement, and nothing to measure.
describe.skipIf(availableParallelism() < 2)('the first start of a model', () => {
  function modelCopy() {
    const folder = tempFolder();
    cpSync(PALETTE_DIR, join(folder.path, 'model'), { recursive: true });
    return folder;
  }
  const start = async (data: string, args: readonly string[] = []): Promise<string> => {
    await using apollo = await startApolloProcess({
      args: ['--model-dir', join(data, 'model'), '--data-dir', data, ...args],
    });
    using client = createTestClient(apollo.address);
    expect((await client.image(solidItem(1, [200, 0, 0]))).outcome).toBe('embedding');
    return apollo.stderr();
  };

  test('measures, and the second start remembers', async () => {
    using data = modelCopy();
    const first = await start(data.path);
    expect(first).toContain(MEASURED);
    expect(first).toMatch(/"perSecond":[1-9]/);
    const kept = readFileSync(join(data.path, 'models/arrangements.json'), 'utf8');
    const second = await start(data.path);
    expect(second).toContain(REMEMBERED);
    expect(second).not.toContain(MEASURED);
    expect(readFileSync(join(data.path, 'models/arrangements.json'), 'utf8')).toBe(kept);
  });

  test.each([[['--children', '1']], [['--threads', '1']]])('measures nothing when %j says it', async (args) => {
    using data = modelCopy();
    expect(await start(data.path, args)).not.toContain(MEASURED);
  });

  test('serves all the same when the choice cannot be kept, and says so', async () => {
    using data = modelCopy();
    // A folder in the file's place: nobody can write there, root neither.
    mkdirSync(join(data.path, 'models/arrangements.json/x'), { recursive: true });
    expect(await start(data.path)).toContain('the choice cannot be kept');
  });
});
