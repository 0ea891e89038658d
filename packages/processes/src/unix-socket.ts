/** Unix sockets: files that outlive the process that listened on them. */
import { lstat, rm } from 'node:fs/promises';
import { connect } from 'node:net';

/** The most bytes of a Unix socket's path: the kernel takes no longer one. */
export const LONGEST_SOCKET_PATH = 107;

const ADDRESS = /^unix:(?:\/\/(?=\/))?(.*)$/;

/**
 * Tells a Unix socket's address from any other.
 * @returns the path in `unix:/path` or `unix:///path`, unchecked; undefined for any other address
 * @example
 * socketPathOf('unix:/run/apollo.sock'); // '/run/apollo.sock'
 */
export function socketPathOf(address: string): string | undefined {
  return ADDRESS.exec(address)?.[1];
}

/**
 * Removes a socket that nobody answers on: it is left from a server that died. Anything that is no socket stays.
 * @returns false when a server answers there
 * @throws Error of the system, when a dead socket cannot be removed
 * @example
 * if (!(await freeSocketPath(path))) throw new Error(`${path} is in use by another server`);
 */
export async function freeSocketPath(path: string): Promise<boolean> {
  const state = await new Promise<'answers' | 'dead' | 'absent'>((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve('answers');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED' ? 'dead' : 'absent'));
  });
  // A plain file refuses a connection just as a dead socket does.
  if (state === 'dead' && (await isSocket(path))) await rm(path, { force: true });
  return state !== 'answers';
}

async function isSocket(path: string): Promise<boolean> {
  return await lstat(path).then(
    (found) => found.isSocket(),
    () => false,
  );
}
