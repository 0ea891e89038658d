import {
  CLIP_PROTO,
  type ClipEncodingServiceClient,
  type EncodeImageResponse__Output,
  type EncodeImagesRequest,
  type EncodeImagesResponse__Output,
  type EncodeResult__Output,
  type EncodeTextsResponse__Output,
  type GetModelInfoResponse__Output,
  type ImageItem,
  LOADER_OPTIONS,
  type ModelInfo__Output,
  PROTO_DIR,
  type ProtoGrpcType,
  type StreamAccepted__Output,
} from '@clip-watch/proto';
import {
  type ChannelCredentials,
  type ClientDuplexStream,
  credentials,
  loadPackageDefinition,
  Metadata,
  type StatusObject,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

/** A bare client of the contract: says what it is told to, right or wrong. */
export interface TestClient extends Disposable {
  readonly raw: ClipEncodingServiceClient;
  info(): Promise<ModelInfo__Output>;
  image(item: ImageItem): Promise<EncodeResult__Output>;
  texts(texts: readonly string[]): Promise<EncodeResult__Output[]>;
  stream(): TestStream;
}

export interface TestStream {
  readonly call: ClientDuplexStream<EncodeImagesRequest, EncodeImagesResponse__Output>;
  readonly messages: EncodeImagesResponse__Output[];
  readonly results: EncodeResult__Output[];
  open(wantedInFlight?: number): Promise<StreamAccepted__Output>;
  send(item: ImageItem): void;
  /** The first message from now on, or already there, that fits. */
  next<Found>(pick: (message: EncodeImagesResponse__Output) => Found | undefined | null): Promise<Found>;
  /** Resolves when the server has ended the call. */
  readonly status: Promise<StatusObject>;
}

export interface TestClientOptions {
  readonly token?: string;
  readonly credentials?: ChannelCredentials;
}

export function createTestClient(address: string, options: TestClientOptions = {}): TestClient {
  const definition = loadSync(CLIP_PROTO, { ...LOADER_OPTIONS, includeDirs: [PROTO_DIR] });
  const proto = loadPackageDefinition(definition) as unknown as ProtoGrpcType;
  const client = new proto.apollo.clip.v1.ClipEncodingService(
    address,
    options.credentials ?? credentials.createInsecure(),
    { 'grpc.enable_retries': 0, 'grpc.use_local_subchannel_pool': 1 },
  );
  const metadata = new Metadata();
  if (options.token !== undefined) metadata.set('authorization', `Bearer ${options.token}`);
  return {
    raw: client,
    info: () =>
      unary<GetModelInfoResponse__Output>((done) => client.GetModelInfo({}, metadata, done)).then(({ model }) =>
        present(model, 'model'),
      ),
    image: (item) =>
      unary<EncodeImageResponse__Output>((done) => client.EncodeImage({ item }, metadata, done)).then(({ result }) =>
        present(result, 'result'),
      ),
    texts: (texts) =>
      unary<EncodeTextsResponse__Output>((done) => client.EncodeTexts({ texts: [...texts] }, metadata, done)).then(
        ({ results }) => results,
      ),
    stream: () => wrapStream(client.EncodeImages(metadata)),
    [Symbol.dispose]: () => client.close(),
  };
}

function wrapStream(call: TestStream['call']): TestStream {
  const messages: EncodeImagesResponse__Output[] = [];
  const results: EncodeResult__Output[] = [];
  const waiters = new Set<() => void>();
  const wake = (): void => waiters.forEach((waiter) => void waiter());
  call.on('data', (message: EncodeImagesResponse__Output) => {
    messages.push(message);
    if (message.result) results.push(message.result);
    wake();
  });
  call.on('error', () => {});
  const status = new Promise<StatusObject>((resolve) => call.on('status', resolve));
  let ended: StatusObject | undefined;
  void status.then((value) => {
    ended = value;
    wake();
  });

  function next<Found>(pick: (message: EncodeImagesResponse__Output) => Found | undefined | null): Promise<Found> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = messages.map(pick).find((value) => value !== undefined && value !== null && value !== false);
        if (found === undefined && ended === undefined) return;
        waiters.delete(look);
        if (found === undefined || found === null) reject(new Error(`stream ended: ${ended?.code} ${ended?.details}`));
        else resolve(found);
      };
      waiters.add(look);
      look();
    });
  }
  return {
    call,
    messages,
    results,
    status,
    next,
    send: (item) => void call.write({ item }),
    open(wantedInFlight = 0) {
      call.write({ open: { client_name: 'test', wanted_in_flight: wantedInFlight } });
      return next((message) => message.accepted);
    },
  };
}

function unary<Response>(start: (done: (error: Error | null, value?: Response) => void) => unknown): Promise<Response> {
  return new Promise((resolve, reject) =>
    start((error, value) => (error ? reject(error) : resolve(present(value, 'answer')))),
  );
}

function present<Value>(value: Value | null | undefined, name: string): Value {
  if (value === null || value === undefined) throw new Error(`no ${name} in the answer`);
  return value;
}

/** The vector of a result. @throws Error when the result is none */
export function vectorOf(result: EncodeResult__Output): Float32Array {
  const bytes = result.embedding?.values_f32le;
  if (!bytes) throw new Error(`no embedding: ${JSON.stringify(result.error)}`);
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

export function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}

/** Pixels of one colour, as an item. */
export function solidItem(requestId: number, [r, g, b]: readonly [number, number, number], side = 224): ImageItem {
  const data = Buffer.alloc(side * side * 3);
  for (let i = 0; i < data.length; i += 3) data.set([r, g, b], i);
  return {
    request_id: requestId,
    ref: { content_hash: `hash-${requestId}` },
    rgb: { width: side, height: side, data },
  };
}
