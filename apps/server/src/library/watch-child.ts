// A child process that holds the file-system watches of all libraries. Its events are hints: it may miss some or die.
import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import { type LibraryRoot, openRootSync, RootChangedError } from '@clip-watch/library-root';
import { systemCode } from '@clip-watch/processes';

export type WatchRequest =
  | { readonly kind: 'watch'; readonly libraryId: number; readonly root: LibraryRoot; readonly relDir: string }
  | { readonly kind: 'forget'; readonly libraryId: number };

export type WatchEvent =
  | { readonly kind: 'changed'; readonly libraryId: number; readonly relDirs: readonly string[] }
  /** Watches ran out (`ENOSPC`, `EMFILE`), so this library is no longer watched. */
  | { readonly kind: 'exhausted'; readonly libraryId: number; readonly code: string }
  /** The path now leads to a different folder than the one to watch. */
  | { readonly kind: 'root-changed'; readonly libraryId: number }
  /** Sent at the start and then once a second. `done`: requests worked off since the last one. */
  | { readonly kind: 'beat'; readonly done: number };

// Turns a burst of events, as from a copied folder, into one message.
const GATHER_MS = 250;
const BEAT_MS = 1_000;
const EXHAUSTED: ReadonlySet<string> = new Set(['ENOSPC', 'EMFILE', 'ENOMEM']);

const watches = new Map<number, Map<string, FSWatcher>>();
const changed = new Map<number, Set<string>>();
let isFlushDue = false;
let done = 0;

process.on('message', (request: WatchRequest) => {
  if (request.kind === 'forget') forget(request.libraryId);
  else add(request);
  done += 1;
});
beat();
setInterval(beat, BEAT_MS);
// The host is gone. A normal exit would wait for file threads, and one of those may hang.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

function beat(): void {
  send({ kind: 'beat', done });
  done = 0;
}

function add({ libraryId, root, relDir }: Extract<WatchRequest, { kind: 'watch' }>): void {
  const ofLibrary = watches.get(libraryId) ?? new Map<string, FSWatcher>();
  watches.set(libraryId, ofLibrary);
  if (ofLibrary.has(relDir)) return;
  try {
    openRootSync(root)[Symbol.dispose](); // Throws if another folder took its place, whose events do not count.
    const watcher = watch(join(root.rootPath, relDir), { persistent: true }, () => note(libraryId, relDir));
    watcher.on('error', () => drop(libraryId, relDir));
    ofLibrary.set(relDir, watcher);
  } catch (error) {
    const code = systemCode(error) ?? 'UNKNOWN';
    if (error instanceof RootChangedError) send({ kind: 'root-changed', libraryId });
    if (!EXHAUSTED.has(code)) return; // The folder is gone again, or a different one: the next scan will notice.
    forget(libraryId);
    send({ kind: 'exhausted', libraryId, code });
  }
}

function note(libraryId: number, relDir: string): void {
  const ofLibrary = changed.get(libraryId) ?? new Set<string>();
  changed.set(libraryId, ofLibrary.add(relDir));
  if (!isFlushDue) setTimeout(flush, GATHER_MS);
  isFlushDue = true;
}

function flush(): void {
  isFlushDue = false;
  for (const [libraryId, relDirs] of changed) send({ kind: 'changed', libraryId, relDirs: [...relDirs] });
  changed.clear();
}

function send(event: WatchEvent): void {
  process.send?.(event);
}

function drop(libraryId: number, relDir: string): void {
  const ofLibrary = watches.get(libraryId);
  ofLibrary?.get(relDir)?.close();
  ofLibrary?.delete(relDir);
  note(libraryId, relDir);
}

function forget(libraryId: number): void {
  for (const watcher of watches.get(libraryId)?.values() ?? []) watcher.close();
  watches.delete(libraryId);
  changed.delete(libraryId);
}
