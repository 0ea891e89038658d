// A process of its own that lists folders and reads file times. A hung mount blocks it, never the host, which kills it.
import { lstat, opendir, realpath, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { EntryKind, FileStat, FolderEntry, FolderReply, FolderRequest } from './folder-protocol.js';

// Parts of a listing this long cost the host's event loop a millisecond each.
const ENTRIES_PER_MESSAGE = 1_000;
const PROGRESS_MS = 1_000;

process.on('message', (request: FolderRequest) => {
  answer(request).catch((error: NodeJS.ErrnoException) =>
    send({ kind: 'error', id: request.id, code: error.code ?? 'UNKNOWN', message: error.message }),
  );
});
// The host is gone. An exit would wait for a file thread that hangs.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

function answer(request: FolderRequest): Promise<void> {
  switch (request.kind) {
    case 'list':
      return list(request);
    case 'stat':
      return stat(request);
    case 'place':
      return place(request);
    case 'system':
      return statfs(request.rootPath).then(({ type }) => send({ kind: 'system', id: request.id, type }));
  }
}

function send(reply: FolderReply): void {
  process.send?.(reply);
}

async function list({ id, rootPath, relDir }: Extract<FolderRequest, { kind: 'list' }>): Promise<void> {
  let entries: FolderEntry[] = [];
  for await (const entry of await opendir(join(rootPath, relDir), { bufferSize: 256 })) {
    entries.push({ name: entry.name, kind: kindOf(entry) });
    if (entries.length < ENTRIES_PER_MESSAGE) continue;
    send({ kind: 'entries', id, entries, last: false });
    entries = [];
  }
  send({ kind: 'entries', id, entries, last: true });
}

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): EntryKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'link' : 'other';
}

async function place({ id, path }: Extract<FolderRequest, { kind: 'place' }>): Promise<void> {
  const real = await realpath(path);
  send({ kind: 'place', id, place: { path: real, isFolder: (await lstat(real)).isDirectory() } });
}

async function stat({ id, rootPath, relPaths }: Extract<FolderRequest, { kind: 'stat' }>): Promise<void> {
  const stats: (FileStat | null)[] = [];
  let toldAt = performance.now();
  for (const relPath of relPaths) {
    stats.push(await statFile(rootPath, relPath));
    if (performance.now() - toldAt < PROGRESS_MS) continue;
    toldAt = performance.now();
    send({ kind: 'progress', id });
  }
  send({ kind: 'stats', id, stats });
}

async function statFile(rootPath: string, relPath: string): Promise<FileStat | null> {
  try {
    const facts = await lstat(join(rootPath, relPath));
    if (!facts.isFile()) return null;
    const modifiedAtMs = Math.trunc(facts.mtimeMs);
    return { relPath, size: facts.size, modifiedAtMs, touchedAtMs: Math.max(facts.mtimeMs, facts.ctimeMs) };
  } catch (error) {
    if (GONE.has((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

// Anything else (a disk error, no permission) is no proof that the file is gone.
const GONE: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP']);
