/**
 * A disk that fills up, turns read-only or falls silent, and is well again: a library that is loaded into a process and answers for
 * the file system below one folder. Root is refused like everybody else.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { preloadLibrary } from './preload-library.js';
import { tempFolder } from './temp-folder.js';

/*
 * Full: no file grows, except by a hole; what it has may be written over, as on a real one. Read-only: nothing is written, opened for
 * writing, renamed or removed. Silent: a sync does not return before it is well. The state is one letter in a file beside the folder, read at each call.
 */
const SOURCE = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
static char state(void) {
  char path[PATH_MAX], letter = 0;
  snprintf(path, sizeof path, "%s.state", getenv("CLIP_WATCH_TEST_DISK"));
  int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY);
  if (fd < 0) return 0;
  if (syscall(SYS_read, fd, &letter, 1) != 1) letter = 0;
  syscall(SYS_close, fd);
  return letter;
}
static int is_below(const char *path) {
  const char *disk = getenv("CLIP_WATCH_TEST_DISK");
  return disk != 0 && path != 0 && strncmp(path, disk, strlen(disk)) == 0;
}
static int is_on_disk(int fd) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return is_below(path);
}
/* 0, or what a write that ends here fails with. */
static int fault(int fd, off64_t end) {
  struct stat now;
  if (!is_on_disk(fd)) return 0;
  char letter = state();
  if (letter == 'r') return EROFS;
  return letter == 'f' && fstat(fd, &now) == 0 && end > now.st_size ? ENOSPC : 0;
}
#define REAL(type, name, ...) ((type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))
#define FAIL(code) do { int met = (code); if (met) { errno = met; return -1; } } while (0)
#define PWRITE(name) \\
  ssize_t name(int fd, const void *bytes, size_t count, off64_t at) { \\
    FAIL(fault(fd, at + count)); \\
    return REAL(ssize_t, name, int, const void *, size_t, off64_t)(fd, bytes, count, at); \\
  }
PWRITE(pwrite)
PWRITE(pwrite64)
ssize_t write(int fd, const void *bytes, size_t count) {
  FAIL(fault(fd, lseek(fd, 0, SEEK_CUR) + count));
  return REAL(ssize_t, write, int, const void *, size_t)(fd, bytes, count);
}
#define TRUNCATE(name) \\
  int name(int fd, off64_t length) { \\
    FAIL(fault(fd, 0)); \\
    return REAL(int, name, int, off64_t)(fd, length); \\
  }
TRUNCATE(ftruncate)
TRUNCATE(ftruncate64)
#define READ_ONLY(path) FAIL(is_below(path) && state() == 'r' ? EROFS : 0)
#define OPEN(name) \\
  int name(const char *path, int flags, ...) { \\
    va_list args; va_start(args, flags); int mode = va_arg(args, int); va_end(args); \\
    if ((flags & O_ACCMODE) != O_RDONLY) READ_ONLY(path); \\
    return REAL(int, name, const char *, int, ...)(path, flags, mode); \\
  }
OPEN(open)
OPEN(open64)
int access(const char *path, int mode) {
  if (mode & W_OK) READ_ONLY(path);
  return REAL(int, access, const char *, int)(path, mode);
}
#define SYNC(name) \\
  int name(int fd) { \\
    while (is_on_disk(fd) && state() == 's') usleep(1000); \\
    return REAL(int, name, int)(fd); \\
  }
SYNC(fsync)
SYNC(fdatasync)
int unlink(const char *path) {
  READ_ONLY(path);
  return REAL(int, unlink, const char *)(path);
}
int rename(const char *from, const char *to) {
  READ_ONLY(to);
  return REAL(int, rename, const char *, const char *)(from, to);
}
`;

export interface BadDisk extends Disposable {
  /** The folder that is this disk. */
  readonly path: string;
  /** For the processes that are to have this disk; to all others it is a plain folder. */
  readonly env: Readonly<Record<string, string>>;
  become(state: 'well' | 'full' | 'read-only' | 'silent'): void;
}

/** @returns what `badDisk` needs, or undefined where it cannot be made */
export function badDiskLibrary(folder: string): string | undefined {
  return preloadLibrary(folder, SOURCE, 'a full, a read-only and a silent disk');
}

export function badDisk(library: string): BadDisk {
  const folder = tempFolder();
  const state = `${folder.path}.state`;
  return {
    path: folder.path,
    env: { LD_PRELOAD: library, CLIP_WATCH_TEST_DISK: folder.path },
    become: (next) => (next === 'well' ? rmSync(state, { force: true }) : writeFileSync(state, next)),
    [Symbol.dispose]() {
      rmSync(state, { force: true });
      folder[Symbol.dispose]();
    },
  };
}
