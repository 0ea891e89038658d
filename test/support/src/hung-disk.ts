/** A disk that never answers: a library that is loaded into a process and makes calls on some paths wait for ever. */
import { preloadLibrary } from './preload-library.js';

/** What lies below a folder of this name cannot be opened, and the folder itself not even be asked for: it hangs. */
export const HUNG_FOLDER = 'hung-mount';

const SOURCE = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
static void wait_if_hung(const char *path) {
  const char *found = path == 0 ? 0 : strstr(path, "/${HUNG_FOLDER}");
  char next = found == 0 ? 'x' : found[strlen("/${HUNG_FOLDER}")];
  if (next == '/' || next == 0) for (;;) pause();
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
#define ASKED(type, name, parameters, ...) \\
  type name parameters { \\
    wait_if_hung(path); \\
    return ((type (*) parameters)dlsym(RTLD_NEXT, #name))(__VA_ARGS__); \\
  }
struct statfs; struct statfs64;
ASKED(char *, realpath, (const char *path, char *resolved), path, resolved)
ASKED(void *, opendir, (const char *path), path)
ASKED(int, statfs, (const char *path, struct statfs *facts), path, facts)
ASKED(int, statfs64, (const char *path, struct statfs64 *facts), path, facts)
ASKED(int, inotify_add_watch, (int fd, const char *path, unsigned mask), fd, path, mask)
/* Node asks for a file's facts by number. */
long syscall(long number, ...) {
  va_list args; long a[6];
  va_start(args, number); for (int n = 0; n < 6; n++) a[n] = va_arg(args, long); va_end(args);
  if (number == SYS_statx) wait_if_hung((const char *)a[1]);
  return ((long (*)(long, ...))dlsym(RTLD_NEXT, "syscall"))(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
`;

/** @returns what to put into `LD_PRELOAD`, or undefined where it cannot be made */
export function hungDisk(folder: string): string | undefined {
  return preloadLibrary(folder, SOURCE, 'a disk that hangs');
}
