import { once } from 'node:events';
import { createServer } from 'node:http';
import { ApolloError, messageOf } from '../errors.js';
import { formatListenAddress, type ListenAddress } from './listen-address.js';

/**
 * Serves `GET /metrics`, and nothing else, on an address of its own.
 * @throws ApolloError ADDRESS
 */
export async function serveMetrics(
  address: ListenAddress,
  read: () => string,
): Promise<{ readonly port: number; close(): void }> {
  const server = createServer((request, response) => {
    const isKnown = request.method === 'GET' && request.url === '/metrics';
    response.writeHead(isKnown ? 200 : 404, { 'content-type': 'text/plain; version=0.0.4' });
    response.end(isKnown ? read() : 'only GET /metrics is here\n');
  });
  try {
    if (address.kind === 'unix') server.listen(address.path);
    else server.listen(address.port, address.host.replaceAll(/^\[|\]$/g, ''));
    await once(server, 'listening');
  } catch (error) {
    throw new ApolloError('ADDRESS', `--metrics ${formatListenAddress(address)}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
