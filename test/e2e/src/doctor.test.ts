import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { preloadLibrary, tempFolder } from '@clip-watch/test-support';
import { afterAll, describe, expect, test } from 'vitest';
import { writeColourPhotos } from './colour-photos.js';
import { runCli } from './run-cli.js';

interface Check {
  readonly name: string;
  readonly state: 'fine' | 'limited' | 'broken';
  readonly detail: string;
  readonly remedy: string | null;
}

const tools = tempFolder();
afterAll(() => tools[Symbol.dispose]());

/** A disk with forty free kilobytes for every path that holds `full-disk`, and a system without Perl. */
const preload = preloadLibrary(
  tools.path,
  `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/vfs.h>
#define NEARLY_FULL(name, type) \\
  int name(const char *path, struct type *facts) { \\
    int (*real)(const char *, struct type *) = dlsym(RTLD_NEXT, #name); \\
    int result = real(path, facts); \\
    if (result == 0 && strstr(path, "/full-disk") != 0) { facts->f_bsize = 4096; facts->f_bavail = 10; } \\
    return result; \\
  }
NEARLY_FULL(statfs, statfs)
NEARLY_FULL(statfs64, statfs64)
int access(const char *path, int mode) {
  const char *end = strrchr(path, '/');
  if (end != 0 && strcmp(end, "/perl") == 0) { errno = ENOENT; return -1; }
  int (*real)(const char *, int) = dlsym(RTLD_NEXT, "access");
  return real(path, mode);
}
`,
  'a disk that is nearly full and a system without Perl',
);

async function doctor(
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly of: (name: string) => Check | undefined }> {
  const { code, stdout } = await runCli(['doctor', '--json'], {
    dataDir,
    cwd: tools.path,
    env: { APOLLO_URL: 'disabled', ...env },
  });
  const { healthy, checks } = JSON.parse(stdout) as { healthy: boolean; checks: readonly Check[] };
  // Whatever is wrong comes with what to do, and the exit code says whether it stops the work.
  for (const { name, state, remedy } of checks) expect(remedy === null, `${name}: ${remedy}`).toBe(state === 'fine');
  expect(healthy).toBe(checks.every(({ state }) => state !== 'broken'));
  expect(code).toBe(healthy ? 0 : 1);
  return { code, of: (wanted) => checks.find(({ name }) => name === wanted) };
}

test('a data folder that cannot be written is broken, and the rest is looked at all the same', async () => {
  using folder = tempFolder();
  writeFileSync(join(folder.path, 'file'), '');
  const { code, of } = await doctor(join(folder.path, 'file/data'));
  expect(code).toBe(1);
  expect(of('data')).toMatchObject({ state: 'broken', remedy: expect.stringContaining('CLIP_WATCH_DATA_DIR') });
  expect(of('data')?.detail).not.toContain('CLIP_WATCH_DATA_DIR'); // Said once, as what to do.
  expect(of('database')).toMatchObject({ state: 'broken', remedy: 'See data.' });
  expect(of('pictures')?.state).toBe('fine');
});

test('a database that is none is broken', async () => {
  using folder = tempFolder();
  writeFileSync(join(folder.path, 'clip-watch.db'), 'this is no database, but long enough to look at. '.repeat(50));
  const { code, of } = await doctor(folder.path);
  expect(code).toBe(1);
  expect(of('database')).toMatchObject({ state: 'broken', remedy: expect.stringContaining('docs/database.md') });
  expect(of('data')?.state).toBe('fine');
});

test('a model folder that cannot be used is broken', async () => {
  using folder = tempFolder();
  using model = tempFolder();
  const { code, of } = await doctor(folder.path, { APOLLO_URL: 'embedded', CLIP_MODEL_DIR: model.path });
  expect(code).toBe(1);
  expect(of('encoder')).toMatchObject({ state: 'broken', remedy: expect.stringContaining('CLIP_MODEL_DIR') });
  expect(of('encoder')?.detail).toContain(model.path);
});

test('an encoder that is away is broken, and one that is switched off limited', async () => {
  using folder = tempFolder();
  // Nobody listens on port 1.
  const { of } = await doctor(folder.path, { APOLLO_URL: 'grpc://127.0.0.1:1' });
  expect(of('encoder')).toMatchObject({ state: 'broken', detail: expect.stringContaining('127.0.0.1:1') });
  expect((await doctor(folder.path)).of('encoder')?.state).toBe('limited');
});

test('a library that is away is limited, with its reason', async () => {
  using folder = tempFolder();
  const [data, root] = [join(folder.path, 'data'), join(folder.path, 'photos')];
  mkdirSync(data);
  await writeColourPhotos(root);
  const options = { dataDir: data, env: { APOLLO_URL: 'disabled' } };
  await runCli(['index', root], options);
  expect((await doctor(data)).of('libraries')?.state).toBe('fine');
  renameSync(root, `${root}-away`);
  mkdirSync(root);
  await runCli(['index', root], options);
  const { code, of } = await doctor(data);
  expect(of('libraries')).toMatchObject({ state: 'limited', detail: expect.stringContaining(root) });
  expect(code).toBe(0);
});

describe.skipIf(preload === undefined)('a poor system', () => {
  test('without Perl RAW and EXIF are limited, and pictures are fine', async () => {
    using folder = tempFolder();
    const { code, of } = await doctor(folder.path, { LD_PRELOAD: preload! });
    expect(of('perl')).toMatchObject({ state: 'limited', remedy: expect.stringContaining('perl') });
    expect(of('pictures')?.state).toBe('fine');
    expect(code).toBe(0);
  });

  test('with little room left the data folder is limited', async () => {
    using folder = tempFolder();
    const data = join(folder.path, 'full-disk');
    mkdirSync(data);
    const { of } = await doctor(data, { LD_PRELOAD: preload! });
    expect(of('data')).toMatchObject({ state: 'limited', remedy: expect.stringContaining('space') });
  });
});
