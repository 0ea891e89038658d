// A child process that lists folders and reads file times. A hung mount blocks it but not the host, which kills it.
import { lstat, opendir, realpath, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { basename, dirname } from 'node:path/posix';
import { identityOf, type OpenRoot, openBelow, openRoot } from '@clip-watch/library-root';
import { messageOf, systemCode } from '../errors.js';
import type { EntryKind, FileStat, FolderEntry, FolderReply, FolderRequest } from './folder-protocol.js';

// Parts of a listing this long cost the host's event loop a millisecond each.
const ENTRIES_PER_MESSAGE = 1_000;
const PROGRESS_MS = 1_000;

process.on('message', (request: FolderRequest) => {
  answer(request).catch((error: unknown) =>
    send({ kind: 'error', id: request.id, code: systemCode(error) ?? 'UNKNOWN', message: messageOf(error) }),
  );
});
// The host is gone. A normal exit would wait for file threads, and one of those may hang.
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

async function list({ id, root, relDir }: Extract<FolderRequest, { kind: 'list' }>): Promise<void> {
  await using opened = await openRoot(root);
  await using folder = await openBelow(opened, relDir);
  let entries: FolderEntry[] = [];
  for await (const entry of await opendir(folder.base, { bufferSize: 256 })) {
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
  const facts = await lstat(real, { bigint: true });
  const { type: fileSystem } = await statfs(real);
  send({
    kind: 'place',
    id,
    place: { path: real, isFolder: facts.isDirectory(), identity: identityOf(facts), fileSystem },
  });
}

async function stat({ id, root, relPaths }: Extract<FolderRequest, { kind: 'stat' }>): Promise<void> {
  await using opened = await openRoot(root);
  const stats: (FileStat | null)[] = [];
  // Names of one folder mostly follow each other: it is opened once for all of them.
  const tell = progressTeller(id);
  for (let start = 0; start < relPaths.length; ) {
    const relDir = folderOf(relPaths[start] ?? '');
    let end = start + 1;
    while (end < relPaths.length && folderOf(relPaths[end] ?? '') === relDir) end++;
    stats.push(...(await statFiles(opened, relDir, relPaths.slice(start, end), tell)));
    start = end;
  }
  send({ kind: 'stats', id, stats });
}

/** Reports from time to time that the question is being worked on. */
function progressTeller(id: number): () => void {
  let toldAt = performance.now();
  return () => {
    if (performance.now() - toldAt < PROGRESS_MS) return;
    toldAt = performance.now();
    send({ kind: 'progress', id });
  };
}

function folderOf(relPath: string): string {
  return relPath.includes('/') ? dirname(relPath) : '';
}

async function statFiles(
  root: OpenRoot,
  relDir: string,
  relPaths: readonly string[],
  tell: () => void,
): Promise<readonly (FileStat | null)[]> {
  const folder = await unlessGone(openBelow(root, relDir));
  if (folder === null) return relPaths.map(() => null);
  await using opened = folder;
  const stats: (FileStat | null)[] = [];
  for (const relPath of relPaths) {
    stats.push(await unlessGone(statFile(opened.base, relPath)));
    tell();
  }
  return stats;
}

async function statFile(base: string, relPath: string): Promise<FileStat | null> {
  const facts = await lstat(join(base, basename(relPath)));
  if (!facts.isFile()) return null;
  return {
    relPath,
    size: facts.size,
    modifiedAtMs: Math.trunc(facts.mtimeMs),
    changedAtMs: Math.trunc(facts.ctimeMs),
    inode: String(facts.ino),
    touchedAtMs: Math.max(facts.mtimeMs, facts.ctimeMs),
  };
}

async function unlessGone<T>(question: Promise<T>): Promise<T | null> {
  try {
    return await question;
  } catch (error) {
    if (GONE.has(systemCode(error) ?? '')) return null;
    throw error;
  }
}

// Anything else, such as a disk error or a missing permission, does not prove that the file is gone.
const GONE: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP']);
