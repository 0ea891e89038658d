/** Stands between server and encoder and writes down what passes, headers and messages. */
import { once } from 'node:events';
import { connect, createServer, type Http2Stream, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';

export interface WireTap extends AsyncDisposable {
  readonly port: number;
  /** All that passed so far, in both directions. Headers are packed on the wire, so they are kept as they were read. */
  seen(): Buffer;
}

/** @param host to listen on */
export async function startWireTap(host: string, targetPort: number): Promise<WireTap> {
  const parts: Buffer[] = [];
  const keep = (part: Buffer | string): void => void parts.push(Buffer.from(part));
  const keepAll = (from: Readable): void => void from.on('data', keep);
  const target = connect(`http://127.0.0.1:${targetPort}`);
  target.on('error', () => {}); // Seen as streams that end.
  const server = createServer();
  server.on('stream', (stream, headers) => {
    keep(JSON.stringify(headers));
    const call = target.request(headers);
    stream.on('error', () => call.close());
    call.on('error', () => stream.close());
    keepAll(stream);
    keepAll(call);
    stream.pipe(call);
    answer(stream, call, keep);
  });
  await once(server.listen(0, host), 'listening');
  return {
    port: (server.address() as AddressInfo).port, // Listening on TCP.
    seen: () => Buffer.concat(parts),
    async [Symbol.asyncDispose]() {
      target.destroy();
      server.close();
    },
  };
}

function answer(stream: ServerHttp2Stream, call: Http2Stream, keep: (part: string) => void): void {
  let trailers: IncomingHttpHeaders = {};
  call.on('trailers', (received: IncomingHttpHeaders) => {
    trailers = received;
  });
  call.on('response', (headers: IncomingHttpHeaders) => {
    keep(JSON.stringify(headers));
    if (stream.destroyed) return;
    // An error comes as headers alone; everything else ends with trailers.
    const isOver = headers['grpc-status'] !== undefined;
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.respond(headers, isOver ? { endStream: true } : { waitForTrailers: true });
    if (!isOver) call.pipe(stream);
  });
}
