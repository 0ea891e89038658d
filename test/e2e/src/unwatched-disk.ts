/** Folders whose changes raise no event: a share of another machine, and one for which the system has no watch left. */
import { preloadLibrary } from '@clip-watch/test-support';

/** Every path that holds this name says that it lies on NFS. */
export const NETWORK_FOLDER = 'network-mount';
/** Every path that holds this name cannot be watched: the watches of this user are used up. */
export const UNWATCHABLE_FOLDER = 'one-folder-too-many';

const SOURCE = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/vfs.h>
#define ON_NFS(name, type) \\
  int name(const char *path, struct type *facts) { \\
    int (*real)(const char *, struct type *) = dlsym(RTLD_NEXT, #name); \\
    int result = real(path, facts); \\
    if (result == 0 && strstr(path, "/${NETWORK_FOLDER}") != 0) facts->f_type = 0x6969; \\
    return result; \\
  }
ON_NFS(statfs, statfs)
ON_NFS(statfs64, statfs64)
int inotify_add_watch(int fd, const char *path, uint32_t mask) {
  if (strstr(path, "/${UNWATCHABLE_FOLDER}") != 0) { errno = ENOSPC; return -1; }
  int (*real)(int, const char *, uint32_t) = dlsym(RTLD_NEXT, "inotify_add_watch");
  return real(fd, path, mask);
}
`;

/** @returns what to put into `LD_PRELOAD`, or undefined where it cannot be made */
export function unwatchedDisk(folder: string): string | undefined {
  return preloadLibrary(folder, SOURCE, 'folders that cannot be watched');
}
