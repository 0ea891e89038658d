import { rmSync } from 'node:fs';
import { CLIP_SERVICE, type ClipEncodingServiceHandlers } from '@clip-watch/proto';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { MockContext } from './context.js';
import { mockModel } from './model.js';
import { mockServiceDefinition } from './service-definition.js';
import { StreamSession } from './stream-session.js';
import type { MockApollo, MockApolloOptions, MockCounters } from './types.js';
import { unaryHandlers } from './unary-calls.js';
import { createWorkQueue } from './work-queue.js';

const noCalls = (): MockCounters => ({
  health: 0,
  getModelInfo: 0,
  encodeImage: 0,
  encodeImages: 0,
  encodeTexts: 0,
  items: 0,
  cancels: 0,
  mostInFlight: 0,
  halfCloses: 0,
  breaches: [],
});

/** A real gRPC server of the contract, made from `proto/` alone. States: listening, killed (may restart), closed. */
export async function startMockApollo(options: MockApolloOptions = {}): Promise<MockApollo> {
  let listen = options.listen ?? '127.0.0.1:0';
  let server: Server | undefined;
  const context: MockContext = {
    options,
    model: mockModel(options.model),
    counters: noCalls(),
    seen: [],
    work: createWorkQueue(options.workers ?? Number.POSITIVE_INFINITY),
    streams: new Set(),
    lastMetadata: {},
    die: () => stop(),
  };
  const stop = (): void => {
    context.work.clear();
    context.streams.clear();
    server?.forceShutdown();
    server = undefined;
    if (listen.startsWith('unix:')) rmSync(listen.slice('unix:'.length), { force: true });
  };
  const start = async (): Promise<void> => {
    const next = makeServer(context);
    const port = await bind(next, listen, options);
    server = next;
    // The same port again after a restart, as a real server would.
    if (!listen.startsWith('unix:')) listen = `${listen.slice(0, listen.lastIndexOf(':'))}:${port}`;
  };
  await start();
  const close = async (): Promise<void> => stop();
  return {
    get address() {
      if (listen.startsWith('unix:')) return listen;
      return options.tls ? `grpcs://localhost:${listen.split(':').at(-1)}` : `grpc://${listen}`;
    },
    counters: context.counters,
    get lastMetadata() {
      return context.lastMetadata;
    },
    seen: context.seen,
    drain: (retryDelayMs = 0) => {
      for (const stream of context.streams) stream.drain(retryDelayMs);
    },
    goAway: () => server?.drain(listen, 0),
    kill: async () => stop(),
    restart: start,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function makeServer(context: MockContext): Server {
  const server = new Server({
    'grpc.max_receive_message_length': context.options.maxMessageBytes ?? 4 * 1024 * 1024,
    'grpc.max_send_message_length': -1,
  });
  const handlers: ClipEncodingServiceHandlers = {
    ...unaryHandlers(context),
    EncodeImages: (call) => {
      new StreamSession(call, context);
    },
  };
  server.addService(mockServiceDefinition(), { ...handlers });
  const health = context.options.health ?? 'SERVING';
  if (health !== 'none') new HealthImplementation({ '': 'SERVING', [CLIP_SERVICE]: health }).addToServer(server);
  return server;
}

function bind(server: Server, listen: string, { tls }: MockApolloOptions): Promise<number> {
  const credentials = tls
    ? ServerCredentials.createSsl(null, [{ private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) }])
    : ServerCredentials.createInsecure();
  return new Promise((resolve, reject) =>
    server.bindAsync(listen, credentials, (error, port) => (error ? reject(error) : resolve(port))),
  );
}
