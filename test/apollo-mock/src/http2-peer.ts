import { once } from 'node:events';
import { constants, createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { EncodeImagesRequest__Output, EncodeImagesResponse } from '@clip-watch/proto';
import { type MockModel, mockModel } from './model.js';
import { goodResult } from './results.js';
import { mockServiceDefinition } from './service-definition.js';

/** What came over one connection. */
export interface Http2Connection {
  /** PING frames, acknowledgements not counted. */
  pings: number;
  /** Headers of each call, `:path` among them. */
  readonly calls: IncomingHttpHeaders[];
  /** Messages as they were framed. */
  readonly messages: { readonly isCompressed: boolean; readonly bytes: number }[];
}

/** An Apollo of `node:http2` alone, for what a gRPC library would hide: frames, headers, refused streams. */
export interface Http2Peer extends AsyncDisposable {
  readonly address: string;
  readonly connections: readonly Http2Connection[];
  /** Cuts every connection; it goes on listening. */
  hangUp(): void;
}

export interface Http2PeerOptions {
  /** Promised, and kept. Default 0: none. */
  readonly heartbeatMs?: number;
  /** EncodeImages calls refused with REFUSED_STREAM, as by a server that never looked at them. Default 0. */
  readonly refusals?: number;
}

const { NGHTTP2_REFUSED_STREAM } = constants;
const UNIMPLEMENTED = '12';
const PREFIX_BYTES = 5;

export async function startHttp2Peer({ heartbeatMs = 0, refusals = 0 }: Http2PeerOptions = {}): Promise<Http2Peer> {
  const connections: Http2Connection[] = [];
  const hangUps = new Set<() => void>();
  const model = mockModel(undefined);
  let refusalsLeft = refusals;
  const server = createServer();
  server.on('session', (session) => {
    const connection: Http2Connection = { pings: 0, calls: [], messages: [] };
    connections.push(connection);
    const hangUp = (): void => session.destroy();
    hangUps.add(hangUp);
    session.on('close', () => hangUps.delete(hangUp));
    session.on('error', () => {});
    session.on('ping', () => connection.pings++);
    session.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      connection.calls.push(headers);
      if (!headers[':path']?.endsWith('/EncodeImages')) refuseMethod(stream);
      else if (refusalsLeft-- > 0) stream.close(NGHTTP2_REFUSED_STREAM);
      else serveStream(stream, { connection, heartbeatMs, model });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('an HTTP/2 server without a port');
  const hangUp = (): void => {
    for (const one of hangUps) one();
  };
  return {
    address: `grpc://127.0.0.1:${address.port}`,
    connections,
    hangUp,
    [Symbol.asyncDispose]: async () => {
      hangUp();
      server.close();
    },
  };
}

function refuseMethod(stream: ServerHttp2Stream): void {
  stream.respond({ 'content-type': 'application/grpc', 'grpc-status': UNIMPLEMENTED }, { endStream: true });
}

interface Serving {
  readonly connection: Http2Connection;
  readonly heartbeatMs: number;
  readonly model: MockModel;
}

function serveStream(stream: ServerHttp2Stream, { connection, heartbeatMs, model }: Serving): void {
  const { requestDeserialize, responseSerialize } = mockServiceDefinition().EncodeImages!;
  const send = (message: EncodeImagesResponse): void => {
    if (!stream.destroyed) stream.write(frame(responseSerialize(message)));
  };
  stream.respond({ 'content-type': 'application/grpc' });
  const heartbeat = heartbeatMs > 0 ? setInterval(() => send({ flow: {} }), heartbeatMs) : undefined;
  stream.on('close', () => clearInterval(heartbeat));
  let rest: Buffer = Buffer.alloc(0);
  stream.on('data', (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= PREFIX_BYTES && rest.length >= PREFIX_BYTES + rest.readUInt32BE(1)) {
      const end = PREFIX_BYTES + rest.readUInt32BE(1);
      const isCompressed = rest[0] !== 0;
      connection.messages.push({ isCompressed, bytes: end - PREFIX_BYTES });
      if (!isCompressed) answer(requestDeserialize(rest.subarray(PREFIX_BYTES, end)));
      rest = rest.subarray(end);
    }
  });
  const answer = ({ item, open }: EncodeImagesRequest__Output): void => {
    if (open) send({ accepted: { model, max_in_flight: 16, heartbeat_ms: heartbeatMs } });
    if (item) send({ result: goodResult(item, model) });
  };
}

function frame(message: Buffer): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}
