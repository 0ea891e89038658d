import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LibraryRoot } from '@clip-watch/library-root';
import type { WatchEvent, WatchRequest } from './watch-child.js';

export interface FolderWatchListener {
  onChanged(relDirs: readonly string[]): void;
  /** Watches ran out, or the watching process died: only scans notice changes until the library is watched anew. */
  onLost(code: string): void;
}

/** Watches folders of all libraries in one child process, started with the first watch. */
export interface FolderWatches extends AsyncDisposable {
  listen(libraryId: number, listener: FolderWatchListener): void;
  /** Watching a folder twice costs nothing. */
  watch(libraryId: number, root: LibraryRoot, relDir: string): void;
  forget(libraryId: number): void;
  close(): Promise<void>;
}

const CHILD: string = fileURLToPath(new URL('../../dist/library/watch-child.js', import.meta.url));

export function createFolderWatches(): FolderWatches {
  const listeners = new Map<number, FolderWatchListener>();
  let child: ChildProcess | null = null;
  let isClosed = false;

  const onEvent = (event: WatchEvent): void => {
    const listener = listeners.get(event.libraryId);
    if (event.kind === 'changed') listener?.onChanged(event.relDirs);
    else listener?.onLost(event.code);
  };
  const onEnd = (): void => {
    child = null;
    for (const listener of listeners.values()) listener.onLost('CHILD');
  };
  const start = (): ChildProcess => {
    const started = fork(CHILD, { serialization: 'json', stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] });
    started.on('message', onEvent);
    started.once('error', onEnd);
    started.once('exit', onEnd);
    started.unref();
    started.channel?.unref();
    return started;
  };
  const send = (request: WatchRequest): void => {
    if (isClosed) return;
    if (child === null && request.kind === 'forget') return;
    child ??= start();
    child.send(request, () => {}); // A child that just died reports it by its exit.
  };
  const close = async (): Promise<void> => {
    isClosed = true;
    child?.removeAllListeners();
    child?.on('error', () => {});
    child?.kill('SIGKILL');
    child = null;
  };
  return {
    listen: (libraryId, listener) => void listeners.set(libraryId, listener),
    watch: (libraryId, { rootPath, rootIdentity }, relDir) =>
      send({ kind: 'watch', libraryId, root: { rootPath, rootIdentity }, relDir }),
    forget(libraryId) {
      listeners.delete(libraryId);
      send({ kind: 'forget', libraryId });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
