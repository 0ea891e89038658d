import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { paintPicture, picture, preloadLibrary, rawContainer, tempFolder } from '@clip-watch/test-support';
import { afterAll, expect, test } from 'vitest';
import { openFaultyHost, SMALL_TARGET } from '../../testing/faulty-host.js';
import { hashOf } from '../read-photo.js';

const FULL_FOLDER = 'full-disk';
/** No file below the folder gets a byte. */
const SOURCE = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>
static int is_full(int fd) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strstr(path, "/${FULL_FOLDER}/") != 0;
}
ssize_t write(int fd, const void *bytes, size_t count) {
  if (is_full(fd)) { errno = ENOSPC; return -1; }
  ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
  return real(fd, bytes, count);
}
`;

const folder = tempFolder();
const preload = preloadLibrary(folder.path, SOURCE, 'a full disk for temporary files');
afterAll(() => folder[Symbol.dispose]());

test.skipIf(preload === undefined)('a full disk for temporary files says nothing about the photo', async () => {
  const tempParent = join(folder.path, FULL_FOLDER);
  const rootPath = join(folder.path, 'library');
  for (const path of [tempParent, rootPath]) mkdirSync(path);
  const bytes = rawContainer(await picture(paintPicture(320, 240), 'jpeg'), 1);
  writeFileSync(join(rootPath, 'a.nef'), bytes);
  await using host = await openFaultyHost(preload ?? '', { threads: 1, tempParent });
  const prepared = await host.prepare(
    { rootPath, rootIdentity: null, relPath: 'a.nef', contentHash: hashOf(bytes) },
    SMALL_TARGET,
  );
  expect(prepared).toMatchObject({ kind: 'failed', reason: 'disk_full', errorClass: 'environment' });
});
