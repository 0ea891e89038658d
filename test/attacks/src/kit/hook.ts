/** The receiver of a webhook, which keeps all that it is told. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface Hook extends AsyncDisposable {
  readonly port: number;
  bodies(): Buffer;
}

export async function startHook(): Promise<Hook> {
  const bodies: Buffer[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(Buffer.from(JSON.stringify(request.headers)), await buffer(request));
    response.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port, // Listening on TCP.
    bodies: () => Buffer.concat(bodies),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
