import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { paintPicture, picture, preloadLibrary, tempFolder } from '@clip-watch/test-support';
import { afterAll, expect, test } from 'vitest';
import { openFaultyHost, SMALL_TARGET } from '../../testing/faulty-host.js';
import { hashOf } from '../read-photo.js';

const SLOW_LIBRARY = 'slow-library';
const MEGABYTES = 6;
/** Each part of a photo takes half a second to come. */
const SOURCE = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
static void wait_if_slow(int fd) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return;
  path[length] = 0;
  if (strstr(path, "/${SLOW_LIBRARY}/") != 0) usleep(500000);
}
#define SLOW(name) \\
  ssize_t name(int fd, void *bytes, size_t count, off_t offset) { \\
    wait_if_slow(fd); \\
    ssize_t (*real)(int, void *, size_t, off_t) = dlsym(RTLD_NEXT, #name); \\
    return real(fd, bytes, count, offset); \\
  }
SLOW(pread)
SLOW(pread64)
`;

const folder = tempFolder();
const preload = preloadLibrary(folder.path, SOURCE, 'a slow disk');
afterAll(() => folder[Symbol.dispose]());

test.skipIf(preload === undefined)('a disk that gives, however slowly, is no disk that hangs', async () => {
  const rootPath = join(folder.path, SLOW_LIBRARY);
  mkdirSync(rootPath);
  const photo = Buffer.concat([await picture(paintPicture(320, 240), 'jpeg'), Buffer.alloc(MEGABYTES << 20)]);
  writeFileSync(join(rootPath, 'a.jpg'), photo);
  await using host = await openFaultyHost(preload ?? '', { threads: 1, readDeadlineMs: 2000 });
  const start = performance.now();
  const prepared = await host.prepare(
    { rootPath, rootIdentity: null, relPath: 'a.jpg', contentHash: hashOf(photo) },
    SMALL_TARGET,
  );
  expect(prepared).toMatchObject({ kind: 'pixels' });
  expect(performance.now() - start).toBeGreaterThan(MEGABYTES * 500); // it was really slow
  expect(host.stats()).toMatchObject({ restarts: 0 });
});
