import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { chooseProxy } from './proxy.js';

export interface GetOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Gives up when nothing comes for this long. */
  readonly idleMs?: number;
}

const MAX_REDIRECTS = 5;
const IDLE_MS = 30_000;

/**
 * A GET through the environment's proxy, following redirects. Node's own `fetch` knows no proxy in its version 20.
 * @returns the answer, whatever its status below 300 or above 399; its body is not read yet
 * @throws Error when there is no answer
 */
export async function httpGet(url: URL, options: GetOptions): Promise<IncomingMessage> {
  let target = url;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const response = await getOnce(target, options);
    const { statusCode = 0, headers } = response;
    if (statusCode < 300 || statusCode > 399 || headers.location === undefined) return response;
    response.destroy();
    const next = new URL(headers.location, target);
    if (target.protocol === 'https:' && next.protocol !== 'https:')
      throw new Error(`${target.host} sends on to ${next.protocol}//${next.host}, which is not encrypted`);
    target = next;
  }
  throw new Error(`more than ${MAX_REDIRECTS} redirects from ${url.host}`);
}

async function getOnce(url: URL, options: GetOptions): Promise<IncomingMessage> {
  const request = await openRequest(url, options);
  const idleMs = options.idleMs ?? IDLE_MS;
  return new Promise((resolve, reject) => {
    request.setTimeout(idleMs, () => request.destroy(new Error(`nothing came from ${url.host} for ${idleMs} ms`)));
    request.once('response', resolve);
    request.once('error', reject);
    request.end();
  });
}

async function openRequest(url: URL, options: GetOptions): Promise<ClientRequest> {
  const headers = { 'user-agent': 'clip-watch', ...options.headers };
  const proxy = chooseProxy(url, options.environment);
  if (proxy === undefined) return (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, { headers });
  if (url.protocol === 'http:')
    return httpRequest({
      ...proxyTarget(proxy),
      path: url.href,
      headers: { ...headers, host: url.host, ...proxyAuthorization(proxy) },
    });
  const socket = await openTunnel(url, proxy);
  // No `agent` at all: with any, and with `false` too, Node makes a connection of its own, past the tunnel.
  return httpsRequest(url, {
    headers,
    createConnection: () => tlsConnect({ socket, servername: url.hostname }),
  });
}

/** Asks the proxy for a connection through which TLS then runs: it sees the host's name and nothing else. */
function openTunnel(url: URL, proxy: URL): Promise<Socket> {
  const target = `${url.hostname}:${url.port || 443}`;
  const request = httpRequest({
    ...proxyTarget(proxy),
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...proxyAuthorization(proxy) },
  });
  return new Promise((resolve, reject) => {
    request.setTimeout(IDLE_MS, () => request.destroy(new Error(`the proxy ${proxy.host} does not answer`)));
    request.once('connect', (response, socket) => {
      if (response.statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new Error(`the proxy ${proxy.host} refuses ${target} with ${response.statusCode}`));
    });
    request.once('error', reject);
    request.end();
  });
}

const proxyTarget = (proxy: URL): { host: string; port: number } => ({
  host: proxy.hostname,
  port: Number(proxy.port || 80),
});

function proxyAuthorization(proxy: URL): Record<string, string> {
  if (proxy.username === '') return {};
  const user = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(user).toString('base64')}` };
}
