import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { describe, expect, test } from 'vitest';
import { writeColourPhotos } from './colour-photos.js';
import { type CliResult, runCli } from './run-cli.js';

/** One line, for people: what is wrong. */
function expectOneLine({ stdout, stderr }: CliResult, words: string): void {
  expect(stdout).toBe('');
  expect(stderr).toContain(words);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).not.toMatch(/\n\s+at /);
}

describe('bad paths', () => {
  test.each([
    ['a missing one', (_: string, root: string) => join(root, 'nowhere'), 'does not exist'],
    ['a file', (_: string, root: string) => join(root, 'file.jpg'), 'is a file'],
    ['the whole disk', () => '/', 'whole disk'],
    ['one inside the data folder', (data: string) => join(data, 'inner'), 'inside the data folder'],
    ['the data folder itself', (data: string) => data, 'inside the data folder'],
  ])('%s ends with 2', async (_, pathOf, words) => {
    using data = tempFolder();
    using root = tempFolder();
    mkdirSync(join(data.path, 'inner'));
    writeFileSync(join(root.path, 'file.jpg'), 'x');
    const result = await runCli(['index', pathOf(data.path, root.path)], { dataDir: data.path });
    expect(result.code).toBe(2);
    expectOneLine(result, words);
  });

  test('a folder that holds the data folder ends with 2', async () => {
    using root = tempFolder();
    const dataDir = join(root.path, 'data');
    mkdirSync(dataDir);
    const result = await runCli(['index', root.path], { dataDir });
    expect(result.code).toBe(2);
    expectOneLine(result, 'contains the data folder');
  });

  test('one bad path among good ones leaves nothing half done', async () => {
    using data = tempFolder();
    using root = tempFolder();
    await writeColourPhotos(root.path);
    expect((await runCli(['index', root.path, join(root.path, 'nowhere')], { dataDir: data.path })).code).toBe(2);
    const status = await runCli(['status', '--json'], { dataDir: data.path });
    expect(JSON.parse(status.stdout).libraries).toEqual([]);
  });

  test('folders inside each other end with 2', async () => {
    using data = tempFolder();
    using root = tempFolder();
    await writeColourPhotos(root.path);
    const result = await runCli(['index', root.path, join(root.path, 'sea')], { dataDir: data.path });
    expect(result.code).toBe(2);
    expectOneLine(result, 'covers it already');
  });
});

describe('bad usage', () => {
  test.each([
    [['serch', 'red'], 'did you mean search'],
    [['index'], 'takes one or more folders'],
    [['search'], 'takes words'],
    [['search', 'x', '--limit', '0'], '--limit'],
    [['status', 'now'], 'takes no arguments'],
    [['status', '--jsn'], '--jsn'],
    [['status', '--limit', '3'], '--limit goes with search and similar, not with status'],
    [['search', 'x', '--retry'], '--retry goes with failures'],
    [['explain', 'a', 'b'], 'takes one photo'],
    [['similar', '/nowhere.jpg'], '/nowhere.jpg does not exist'],
    [['similar', '/'], 'is a folder'],
    [['model', 'swich'], 'switch [--now], rollback'],
    [['model', 'rollback', '--now'], '--now goes with clip-watch model switch'],
  ])('clip-watch %j ends with 2', async (args, words) => {
    using data = tempFolder();
    const result = await runCli(args, { dataDir: data.path });
    expect(result.code).toBe(2);
    expectOneLine(result, words);
  });

  test.each([
    [{ CLIP_WATCH_PRT: '1' }, 'CLIP_WATCH_PRT'],
    [{ PORT: 'eighty' }, 'PORT'],
    [{ APOLLO_URL: 'http://x' }, 'APOLLO_URL'],
    [{ EXCLUDED_DIRS: '[' }, ''],
  ])('settings %j end with 2 or are taken', async (env, words) => {
    using data = tempFolder();
    const result = await runCli(['config'], { dataDir: data.path, env });
    if (words === '') expect([0, 2]).toContain(result.code);
    else {
      expect(result.code).toBe(2);
      expectOneLine(result, words);
    }
  });

  test('PostgreSQL is refused with one sentence until it is built', async () => {
    using data = tempFolder();
    const result = await runCli(['status'], { dataDir: data.path, env: { DATABASE_URL: 'postgresql://a:secret@b/c' } });
    expect(result.code).toBe(1);
    expectOneLine(result, 'PostgreSQL');
    expect(result.stderr).not.toContain('secret');
  });
});

test('a port in use ends with 1', async () => {
  using data = tempFolder();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? String(address.port) : '';
  const result = await runCli(['serve'], {
    dataDir: data.path,
    env: { PORT: port, APOLLO_URL: 'disabled', LOG_LEVEL: 'silent' },
  });
  other.close();
  expect(result.code).toBe(1);
  expectOneLine(result, `port ${port}`);
});

test('a database that is none ends with 1', async () => {
  using data = tempFolder();
  writeFileSync(join(data.path, 'clip-watch.db'), 'this is no database, but long enough to look at. '.repeat(50));
  const result = await runCli(['status'], { dataDir: data.path });
  expect(result.code).toBe(1);
  expectOneLine(result, 'clip-watch.db');
});

describe('a model folder that cannot be used', () => {
  const damages: readonly (readonly [string, (folder: string) => void])[] = [
    ['an empty folder', () => {}],
    [
      'a Git LFS pointer',
      (folder) => {
        mkdirSync(join(folder, 'onnx'));
        for (const name of ['vision_model.onnx', 'text_model.onnx'])
          writeFileSync(
            join(folder, 'onnx', name),
            'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n',
          );
        writeFileSync(join(folder, 'config.json'), '{}');
      },
    ],
    [
      'an HTML page',
      (folder) => {
        for (const name of ['config.json', 'preprocessor_config.json', 'tokenizer.json'])
          writeFileSync(join(folder, name), '<!doctype html><title>Not found</title>');
      },
    ],
  ];
  test.each(damages)('%s ends with 1 and one line', async (_, damage) => {
    using data = tempFolder();
    using model = tempFolder();
    using photos = tempFolder();
    damage(model.path);
    await writeColourPhotos(photos.path);
    const result = await runCli(['index', photos.path], { dataDir: data.path, env: { CLIP_MODEL_DIR: model.path } });
    expect(result.code).toBe(1);
    expectOneLine(result, model.path);
  });
});
