import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { REPOSITORY, sourceFiles, workspacePackages } from './workspace.js';

const SKIPS = /\.(skipIf|runIf)\(|\.skip\(/;

/** The first column of the tables of test/README.md. */
function listed(): string[] {
  const text = readFileSync(join(REPOSITORY, 'test/README.md'), 'utf8');
  return [...text.matchAll(/^\| `([\w./-]+\.test\.ts)` +\|/gm)].map((match) => match[1] ?? '').sort();
}

function skipping(): string[] {
  return workspacePackages()
    .flatMap(({ folder }) => sourceFiles(folder))
    .map((file) => relative(REPOSITORY, file))
    .filter((path) => path.endsWith('.test.ts') && !path.startsWith('test/house/'))
    .filter((path) => SKIPS.test(readFileSync(join(REPOSITORY, path), 'utf8')))
    .sort();
}

test('test/README.md lists every file with a test that may be skipped, and no other', () => {
  expect(listed()).toEqual(skipping());
});
