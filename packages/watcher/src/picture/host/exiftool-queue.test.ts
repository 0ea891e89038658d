import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { paintPicture, picture, preloadLibrary, rawContainer, tempFolder } from '@clip-watch/test-support';
import { afterAll, expect, test } from 'vitest';
import { openFaultyHost, SMALL_TARGET } from '../../testing/faulty-host.js';
import { hashOf } from '../read-photo.js';

const SILENT_LIBRARY = 'silent-library';
const SILENT_PHOTOS = 3;
/** Whoever opens a photo of the library once more, through a link to a descriptor, waits for ever; only ExifTool does. */
const SOURCE = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>
static int follow(char *path) {
  char target[PATH_MAX];
  ssize_t length = readlink(path, target, sizeof target - 1);
  if (length < 0) return 0;
  target[length] = 0;
  strcpy(path, target);
  return 1;
}
static void wait_if_silent(const char *path) {
  char last[PATH_MAX];
  if (path == 0 || strlen(path) >= sizeof last) return;
  strcpy(last, path);
  if (follow(last) && follow(last) && strstr(last, "/${SILENT_LIBRARY}/") != 0) for (;;) pause();
}
#define WAITING(name) \\
  int name(const char *path, int flags, ...) { \\
    va_list args; va_start(args, flags); int mode = va_arg(args, int); va_end(args); \\
    wait_if_silent(path); \\
    int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, #name); \\
    return real(path, flags, mode); \\
  }
WAITING(open)
WAITING(open64)
`;

const folder = tempFolder();
const preload = preloadLibrary(folder.path, SOURCE, 'a disk that hangs when ExifTool opens a photo');
afterAll(() => folder[Symbol.dispose]());

test.skipIf(preload === undefined)(
  'a photo that waits behind a silent ExifTool loses nothing',
  {
    timeout: 120_000,
  },
  async () => {
    const bytes = rawContainer(await picture(paintPicture(320, 240), 'jpeg'), 1);
    const [silent, healthy] = [join(folder.path, SILENT_LIBRARY), join(folder.path, 'healthy')];
    for (const root of [silent, healthy]) {
      mkdirSync(root);
      for (let n = 0; n < SILENT_PHOTOS; n += 1) writeFileSync(join(root, `${n}.nef`), bytes);
    }
    // ExifTool is given 2 s of these: three silences are longer than the deadline.
    await using host = await openFaultyHost(preload ?? '', {
      threads: SILENT_PHOTOS + 1,
      tempParent: folder.path,
      decodeDeadlineMs: 5000,
    });
    const prepare = (rootPath: string, n: number) =>
      host.prepare({ rootPath, rootIdentity: null, relPath: `${n}.nef`, contentHash: hashOf(bytes) }, SMALL_TARGET);
    const slow = Array.from({ length: SILENT_PHOTOS }, (_, n) => prepare(silent, n));
    while (linksIn(folder.path) < SILENT_PHOTOS) await new Promise((resolve) => setTimeout(resolve, 5));
    const all = await Promise.all([prepare(healthy, 0), ...slow]);
    expect(all.map((prepared) => (prepared.kind === 'failed' ? prepared.reason : prepared.kind))).toEqual(
      all.map(() => 'pixels'),
    );
  },
);

/** How many photos ExifTool has been asked about. */
function linksIn(parent: string): number {
  const names = readdirSync(parent, { recursive: true }).map(String);
  return names.filter((name) => name.includes('clip-watch-decode') && name.endsWith('.nef')).length;
}
