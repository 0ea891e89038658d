import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { TlsFiles } from './hub-server.js';

export interface ConnectProxy extends AsyncDisposable {
  readonly port: number;
  /** `HOST:PORT AUTHORIZATION` of each tunnel that was asked for. */
  readonly asked: string[];
  /** Tunnels through which something went. */
  readonly used: number;
}

export interface ConnectProxyOptions {
  readonly refusal?: number;
  readonly tls?: TlsFiles;
}

/** A proxy that only makes tunnels, or refuses every one of them with a status. With `tls` it is spoken to in TLS. */
export async function startConnectProxy({ refusal, tls }: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const asked: string[] = [];
  let used = 0;
  const sockets = new Set<Socket>();
  const server = tls === undefined ? createServer() : createTlsServer(tls);
  server.on('request', (_request, response) => response.writeHead(405).end());
  server.on('connect', (request, client: Socket) => {
    asked.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim());
    if (refusal !== undefined) {
      client.end(`HTTP/1.1 ${refusal} No\r\n\r\n`);
      return;
    }
    const [host = '', port] = (request.url ?? '').split(':');
    const target = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.once('data', () => used++);
      client.pipe(target).pipe(client);
    });
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    get used() {
      return used;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
