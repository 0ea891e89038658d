import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { collectedReads } from './collected-reads.js';
import { REPOSITORY, sourceFiles, workspacePackages } from './workspace.js';

interface Source {
  readonly path: string;
  readonly text: string;
}

/** All but the helper itself and what stands here. */
function sources(): Source[] {
  return workspacePackages()
    .flatMap(({ folder }) => sourceFiles(folder))
    .map((file) => ({ path: relative(REPOSITORY, file), text: readFileSync(file, 'utf8') }))
    .filter(({ path }) => path !== 'test/support/src/shared.ts' && !path.startsWith('test/house/'));
}

/** Tests that look outside the repository. */
function testsOnSharedFiles(): Source[] {
  return sources().filter(
    ({ path, text }) => path.endsWith('.test.ts') && /\b(has|lacks)Shared\b|\bsharedPath\b/.test(text),
  );
}

test('one helper names the folder beside the repository', () => {
  const others = sources().filter(({ text }) => /env\.CLIP_WATCH_TEST_SHARED|\.\.\/shared\b/.test(text));
  expect(others.map(({ path }) => path)).toEqual([]);
});

test('nothing outside the repository is read while tests are collected', () => {
  const files = testsOnSharedFiles();
  expect(files.length).toBeGreaterThan(5);
  const reads = files.flatMap(({ path, text }) =>
    collectedReads(text).map(({ line, call }) => `${path}:${line} ${call}`),
  );
  expect(reads).toEqual([]);
});

describe('a read is found', () => {
  const IMPORTS =
    "import fs, { readdirSync, readFileSync } from 'node:fs';\nimport * as disk from 'node:fs/promises';\n";
  const found = (source: string): string[] => collectedReads(IMPORTS + source).map(({ call }) => call);

  test.each([
    ['at the top of the module', 'const a = readFileSync(sharedPath());'],
    ['in a describe', "describe.skipIf(lacksShared('a'))('b', () => { readdirSync(sharedPath()); });"],
    ['in the table of a test', "test.each(readdirSync(sharedPath()))('%s', () => {});"],
    ['in the table of a describe', "describe.each(readdirSync(sharedPath()))('%s', () => {});"],
    ['in a callback of map', "describe('a', () => { names.map((name) => readFileSync(name)); });"],
    ['as a method', 'fs.statSync(sharedPath());'],
    ['as a promise', 'await disk.readdir(sharedPath());'],
    ['in a condition', "test.skipIf(!fs.existsSync(sharedPath()))('a', () => {});"],
    ['in a function that is called', 'const read = () => readdirSync(sharedPath()); const a = read();'],
    ['behind two functions', 'function a() { return b(); } function b() { return readdirSync(sharedPath()); } a();'],
    ['in a function that is called where it stands', '(() => readdirSync(sharedPath()))();'],
  ])('%s', (_, source) => {
    expect(found(source).length).toBeGreaterThan(0);
  });

  test.each([
    ['in a test', "test('a', () => { readdirSync(sharedPath()); });"],
    ['in a test of a describe', "describe('a', () => { test('b', async () => { readFileSync(sharedPath()); }); });"],
    ['in a hook', "describe('a', () => { beforeAll(() => { readdirSync(sharedPath()); }); });"],
    ['in a test with a table', "test.each([1])('%s', (n) => { readFileSync(sharedPath()); });"],
    ['in a function that only tests call', "const read = () => readdirSync(sharedPath()); test('a', () => read());"],
    ['of a file of the system', "test.skipIf(!fs.existsSync('/proc/self'))('a', () => {});"],
    ['of a file beside the test', "const table = readFileSync(new URL('./a.tsv', import.meta.url));"],
  ])('but not %s', (_, source) => {
    expect(found(source)).toEqual([]);
  });
});
