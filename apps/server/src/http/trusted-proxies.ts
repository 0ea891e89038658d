import { compile } from '@fastify/proxy-addr';

/** Connections over a Unix socket have no address. */
export const UNIX_PEER = 'unix';

export type TrustsAddress = (address: string | undefined) => boolean;

/** Whose forwarded headers are believed. @param proxies addresses, networks such as `10.0.0.0/8`, and `unix` */
export function trustOf(proxies: readonly string[]): TrustsAddress {
  const isInNetworks = compile(proxies.filter((proxy) => proxy !== UNIX_PEER));
  const hasUnix = proxies.includes(UNIX_PEER);
  return (address) => (address === undefined ? hasUnix : isInNetworks(address, 0));
}

const PROXY_HEADERS = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'forwarded', 'via'];

/** A proxy that says so speaks for somebody else, whoever runs it. */
export function cameThroughProxy(headers: Readonly<Record<string, unknown>>): boolean {
  return PROXY_HEADERS.some((name) => headers[name] !== undefined);
}
