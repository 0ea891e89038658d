import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { REASONS } from '@clip-watch/watcher';
import { describe, expect, test } from 'vitest';
import { REPOSITORY, sourceFiles, workspacePackages } from './workspace.js';

const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');

/** The members of a union of string literals, as they stand in the source. */
function codesOf(path: string, type: string): string[] {
  const union = new RegExp(`type ${type} =([^;]*);`).exec(read(path))?.[1] ?? '';
  return [...union.matchAll(/'([A-Z_]+)'/g)].map((match) => match[1] ?? '');
}

describe('every error code stands in a document', () => {
  test.each([
    ['apps/server/src/errors.ts', 'HostErrorCode', 'docs/errors.md'],
    ['packages/db/src/errors.ts', 'DatabaseErrorCode', 'docs/database.md'],
    ['packages/clip-client/src/errors.ts', 'ClipClientErrorCode', 'docs/wire.md'],
  ])('%s in %s', (source, type, document) => {
    const codes = codesOf(source, type);
    expect(codes.length).toBeGreaterThan(3);
    const text = read(document);
    expect(codes.filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
  });
});

test('docs/photos.md lists the reasons as the program has them', () => {
  const rows = [...read('docs/photos.md').matchAll(/^\| `(\w+)` +\| (\w+) +\| (.+?) +\|$/gm)].map((row) =>
    row.slice(1),
  );
  const expected = Object.entries(REASONS).map(([reason, { errorClass, remedy }]) => [reason, errorClass, remedy]);
  expect(rows.filter(([, , text]) => text?.endsWith('.'))).toEqual(expected);
});

describe('documents point at what is there', () => {
  const documents = [
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    ...readdirSync(join(REPOSITORY, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ];
  const sources = workspacePackages().flatMap(({ folder }) => sourceFiles(folder));

  test.each(documents)('%s names files that exist', (document) => {
    const text = read(document);
    const named = [...text.matchAll(/`((?:apps|packages|test|docs|proto|scripts)\/[\w./-]+\.\w+)`/g)].map(
      (match) => match[1] ?? '',
    );
    const linked = [...text.matchAll(/\]\(([\w./-]+)\)/g)].map((match) => join(dirname(document), match[1] ?? ''));
    expect([...named, ...linked].filter((path) => !existsSync(join(REPOSITORY, path)))).toEqual([]);
  });

  test.each(documents)('%s names sources that exist, by the end of their path', (document) => {
    const named = [...read(document).matchAll(/`([\w/-][\w./-]*\.tsx?)`/g)].map((match) => match[1] ?? '');
    expect(named.filter((name) => !sources.some((file) => file.endsWith(`/${name}`)))).toEqual([]);
  });

  test('the README of what others could install begins with its use', () => {
    const others = workspacePackages().filter(({ folder }) => !folder.startsWith('test/'));
    const wordy = others.filter(({ folder }) => !/^# .+\n\n```/.test(read(join(folder, 'README.md'))));
    expect(wordy.map(({ folder }) => folder)).toEqual([]);
  });

  test('every workspace folder says what it is', () => {
    const silent = workspacePackages().filter(({ folder }) => !existsSync(join(REPOSITORY, folder, 'README.md')));
    expect(silent.map(({ folder }) => folder)).toEqual([]);
  });
});
