import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { REPOSITORY, sourceFiles, workspacePackages } from './workspace.js';

/** The map of ARCHITECTURE.md: what the shipped code of each package may import from the workspace. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  '@clip-watch/basics': [],
  '@clip-watch/proto': [],
  '@clip-watch/plugin-api': ['@clip-watch/basics'],
  '@clip-watch/library-root': [],
  '@clip-watch/processes': ['@clip-watch/basics'],
  '@clip-watch/clip-client': ['@clip-watch/basics', '@clip-watch/proto'],
  '@clip-watch/db': ['@clip-watch/basics'],
  '@clip-watch/watcher': [
    '@clip-watch/basics',
    '@clip-watch/clip-client',
    '@clip-watch/library-root',
    '@clip-watch/plugin-api',
    '@clip-watch/processes',
  ],
  '@clip-watch/apollo': ['@clip-watch/basics', '@clip-watch/processes', '@clip-watch/proto'],
  '@clip-watch/apollo-mock': ['@clip-watch/proto'],
  // The server starts apps/apollo as a process: it stands in the manifest so that it is built first, nothing imports it.
  '@clip-watch/server': [
    '@clip-watch/basics',
    '@clip-watch/clip-client',
    '@clip-watch/db',
    '@clip-watch/library-root',
    '@clip-watch/plugin-api',
    '@clip-watch/processes',
    '@clip-watch/watcher',
    '@clip-watch/apollo',
  ],
};

const packages = workspacePackages();

/** Not a test, nor a part that only tests use. */
function isShipped(file: string): boolean {
  return !file.endsWith('.test.ts') && !file.includes('/testing/');
}

describe('imports point one way', () => {
  test.each(packages.filter(({ name }) => name in ALLOWED))(
    '$name lists only what it may',
    ({ name, dependencies }) => {
      expect(dependencies.filter((dependency) => !ALLOWED[name]?.includes(dependency))).toEqual([]);
    },
  );

  test('every package outside test/ has its arrows written down', () => {
    const shipped = packages.filter(({ folder }) => !folder.startsWith('test/')).map(({ name }) => name);
    expect(shipped.filter((name) => !(name in ALLOWED))).toEqual([]);
  });

  test('nothing outside test/ imports an app', () => {
    const offenders = packages
      .filter(({ folder }) => !folder.startsWith('test/'))
      .flatMap(({ folder }) => sourceFiles(folder))
      .filter(isShipped)
      .filter((file) => /from '@clip-watch\/(apollo|server)/.test(readFileSync(file, 'utf8')));
    expect(offenders.map((file) => relative(REPOSITORY, file))).toEqual([]);
  });

  test('only apollo-channel.ts of the client opens gRPC channels', () => {
    const users = sourceFiles('packages/clip-client/src')
      .filter(isShipped)
      .filter((file) => /from '@grpc\/grpc-js'/.test(readFileSync(file, 'utf8')));
    expect(users.map((file) => relative(REPOSITORY, file))).toEqual(['packages/clip-client/src/apollo-channel.ts']);
  });

  test('only the settings file reads the environment of the server', () => {
    const users = sourceFiles('apps/server/src')
      .filter(isShipped)
      .filter((file) => /process\.env/.test(readFileSync(file, 'utf8')));
    expect(users.map((file) => relative(REPOSITORY, file))).toEqual(['apps/server/src/config/config.ts']);
  });
});
