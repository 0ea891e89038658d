import { LONGEST_SOCKET_PATH, socketPathOf } from '@clip-watch/processes';
import { ApolloError } from '../errors.js';

export type ListenAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** @throws ApolloError USAGE */
export function parseListenAddress(text: string): ListenAddress {
  const path = socketPathOf(text);
  if (path !== undefined && path !== '') return unixAddress(path);
  const tcp = /^(\[[0-9a-fA-F:.]+\]|[^:\s]+):(\d{1,5})$/.exec(text);
  const port = Number(tcp?.[2]);
  if (tcp?.[1] === undefined || port > 65_535)
    throw new ApolloError('USAGE', `--listen ${text}: not unix:/path or host:port`);
  return { kind: 'tcp', host: tcp[1], port };
}

function unixAddress(path: string): ListenAddress {
  if (Buffer.byteLength(path) > LONGEST_SOCKET_PATH)
    throw new ApolloError(
      'USAGE',
      `--listen unix:${path}: longer than ${LONGEST_SOCKET_PATH} bytes, choose a shorter path`,
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
