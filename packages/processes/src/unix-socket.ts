/** Unix sockets: files that outlive the process that listened on them. */
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';

/** Of a path, in bytes: the kernel takes no longer one. */
export const LONGEST_SOCKET_PATH = 107;

/**
 * Removes a socket that nobody answers on: it is left from a server that died.
 * @returns false when a server answers there
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
  if (state === 'dead') await rm(path, { force: true });
  return state !== 'answers';
}
