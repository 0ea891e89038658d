import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { REPOSITORY, workspacePackages } from './workspace.js';

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

describe('documents point at what is there', () => {
  const documents = [
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'docs/errors.md',
    'docs/photos.md',
    'docs/pages.md',
  ];

  test.each(documents)('%s names files that exist', (document) => {
    const text = read(document);
    const named = [...text.matchAll(/`((?:apps|packages|test|docs|proto|scripts)\/[\w./-]+\.\w+)`/g)].map(
      (match) => match[1] ?? '',
    );
    const linked = [...text.matchAll(/\]\(([\w./-]+)\)/g)].map((match) => join(dirname(document), match[1] ?? ''));
    expect([...named, ...linked].filter((path) => !existsSync(join(REPOSITORY, path)))).toEqual([]);
  });

  test('every workspace folder says what it is', () => {
    const silent = workspacePackages().filter(({ folder }) => !existsSync(join(REPOSITORY, folder, 'README.md')));
    expect(silent.map(({ folder }) => folder)).toEqual([]);
  });
});
