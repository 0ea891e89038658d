import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { ApolloError } from './errors.js';

export type ListenAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** Longest path that the kernel takes for a Unix socket. */
const MAX_SOCKET_PATH = 107;

/** @throws ApolloError USAGE */
export function parseListenAddress(text: string): ListenAddress {
  const unix = /^unix:(?:\/\/(?=\/))?(.+)$/.exec(text);
  if (unix?.[1] !== undefined) return unixAddress(unix[1]);
  const tcp = /^(\[[0-9a-fA-F:.]+\]|[^:\s]+):(\d{1,5})$/.exec(text);
  const port = Number(tcp?.[2]);
  if (tcp?.[1] === undefined || port > 65_535)
    throw new ApolloError('USAGE', `--listen ${text}: not unix:/path or host:port`);
  return { kind: 'tcp', host: tcp[1], port };
}

function unixAddress(path: string): ListenAddress {
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH)
    throw new ApolloError(
      'USAGE',
      `--listen unix:${path}: longer than ${MAX_SOCKET_PATH} bytes, choose a shorter path`,
    );
  return { kind: 'unix', path };
}

export function formatListenAddress(address: ListenAddress): string {
  return address.kind === 'unix' ? `unix:${address.path}` : `${address.host}:${address.port}`;
}

/** Only programs of this machine can reach it. */
export function isLocalAddress(address: ListenAddress): boolean {
  return address.kind === 'unix' || /^(localhost|127\.[\d.]+|\[::1\])$/.test(address.host);
}

/**
 * Makes a Unix socket's path free: a socket that nobody answers on is left from a server that died.
 * @throws ApolloError ADDRESS when a server answers there
 */
export async function clearStaleSocket(path: string): Promise<void> {
  const state = await new Promise<'answers' | 'dead' | 'absent'>((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve('answers');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED' ? 'dead' : 'absent'));
  });
  if (state === 'answers') throw new ApolloError('ADDRESS', `unix:${path} is in use by another server: stop it first`);
  if (state === 'dead') await rm(path, { force: true });
}
