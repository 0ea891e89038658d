// A child process that opens and reads the originals of one library. A hung mount blocks it, but not the host.
import { constants } from 'node:fs';
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { type OpenRoot, openRoot } from '@clip-watch/library-root';
import { systemCode } from '@clip-watch/processes';
import { isWithin } from '../library/is-within.js';
import type { OriginalReply, OriginalRequest } from './original-protocol.js';

const files = new Map<number, FileHandle>();
let nextFile = 1;

process.on('message', (request: OriginalRequest) => {
  if (request.kind === 'close') void closeFile(request.file);
  else
    answer(request).then(
      (reply) => process.send?.(reply),
      (error: unknown) =>
        process.send?.({ kind: 'error', id: request.id, code: systemCode(error) ?? 'unknown' } satisfies OriginalReply),
    );
});
// The host is gone. A normal exit would wait for file threads, and one of those may hang.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

type Asked = Exclude<OriginalRequest, { kind: 'close' }>;

function answer(request: Asked): Promise<OriginalReply> {
  return request.kind === 'open' ? openFile(request) : readFile(request);
}

async function openFile({ id, root, relPath }: Extract<Asked, { kind: 'open' }>): Promise<OriginalReply> {
  try {
    await using opened = await openRoot(root);
    return await openBelowRoot(id, opened, relPath);
  } catch (error) {
    return { kind: 'refused', id, reason: systemCode(error) ?? 'unknown' };
  }
}

async function openBelowRoot(id: number, root: OpenRoot, relPath: string): Promise<OriginalReply> {
  const path = join(root.base, relPath);
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const reason = await whyRefused(handle, root, path);
  if (reason !== undefined) {
    await handle.close();
    return { kind: 'refused', id, reason };
  }
  const { size, mtimeMs, ctimeMs } = await handle.stat();
  files.set(nextFile, handle);
  return {
    kind: 'opened',
    id,
    file: nextFile++,
    size,
    modifiedAtMs: Math.trunc(mtimeMs),
    changedAtMs: Math.trunc(ctimeMs),
  };
}

async function whyRefused(handle: FileHandle, { realPath }: OpenRoot, path: string): Promise<string | undefined> {
  if (!(await handle.stat()).isFile()) return 'not a regular file';
  // Through the descriptor, since the path may lead to another file by now.
  const real = process.platform === 'linux' ? await readlink(`/proc/self/fd/${handle.fd}`) : await realpath(path);
  return isWithin(real, realPath) ? undefined : 'outside the library';
}

async function readFile({ id, file, position, length }: Extract<Asked, { kind: 'read' }>): Promise<OriginalReply> {
  const handle = files.get(file);
  if (handle === undefined) return { kind: 'error', id, code: 'EBADF' };
  const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafeSlow(length), 0, length, position);
  return { kind: 'bytes', id, bytes: buffer.subarray(0, bytesRead) };
}

async function closeFile(file: number): Promise<void> {
  const handle = files.get(file);
  files.delete(file);
  await handle?.close().catch(() => {}); // Opened for reading only: nothing can be lost.
}
