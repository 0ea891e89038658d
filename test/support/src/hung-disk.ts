/** A disk that never answers: a library that is loaded into a process and makes `open` of some paths wait for ever. */
import { preloadLibrary } from './preload-library.js';

/** Every path that holds this name hangs. */
export const HUNG_FOLDER = 'hung-mount';

const SOURCE = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>
static void wait_if_hung(const char *path) {
  if (path != 0 && strstr(path, "/${HUNG_FOLDER}/") != 0) for (;;) pause();
}
#define HANGING(name) \\
  int name(const char *path, int flags, ...) { \\
    va_list args; va_start(args, flags); int mode = va_arg(args, int); va_end(args); \\
    wait_if_hung(path); \\
    int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, #name); \\
    return real(path, flags, mode); \\
  }
HANGING(open)
HANGING(open64)
`;

/** @returns what to put into `LD_PRELOAD`, or undefined where it cannot be made */
export function hungDisk(folder: string): string | undefined {
  return preloadLibrary(folder, SOURCE, 'a disk that hangs');
}
