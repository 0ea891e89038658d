import {
  CLIP_PROTO,
  type ClipEncodingServiceClient,
  type EncodeImageRequest,
  type EncodeImageResponse__Output,
  type EncodeImagesRequest,
  type EncodeImagesResponse__Output,
  type EncodeTextsRequest,
  type EncodeTextsResponse__Output,
  type GetModelInfoRequest,
  type GetModelInfoResponse__Output,
  LOADER_OPTIONS,
  PROTO_DIR,
  type ProtoGrpcType,
} from '@clip-watch/proto';
import { credentials, loadPackageDefinition, type requestCallback, status as statusCodes } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

/** One finished EncodeImages call, as it looked on the wire. */
export interface RawStreamReport {
  readonly messages: readonly EncodeImagesResponse__Output[];
  readonly status: string;
}

/** What a stream script may do. */
export interface RawStream {
  send(request: EncodeImagesRequest): void;
  /** The next message that passes; those before it are kept in the report. */
  next(passes: (message: EncodeImagesResponse__Output) => boolean): Promise<EncodeImagesResponse__Output>;
}

/** A peer without any rule of its own: it says what the test says, also what no client should. */
export interface RawPeer extends Disposable {
  getModelInfo(request: GetModelInfoRequest): Promise<GetModelInfoResponse__Output>;
  encodeImage(request: EncodeImageRequest): Promise<EncodeImageResponse__Output>;
  encodeTexts(request: EncodeTextsRequest): Promise<EncodeTextsResponse__Output>;
  /** Runs the script, half-closes, and waits for the end. */
  stream(script: (stream: RawStream) => Promise<void> | void): Promise<RawStreamReport>;
}

const CALL_TIMEOUT_MS = 20_000;

export function openRawPeer(address: string): RawPeer {
  const definition = loadSync(CLIP_PROTO, { ...LOADER_OPTIONS, includeDirs: [PROTO_DIR] });
  const { ClipEncodingService } = (loadPackageDefinition(definition) as unknown as ProtoGrpcType).apollo.clip.v1;
  const target = address.replace(/^grpc:\/\//, '');
  const client = new ClipEncodingService(target, credentials.createInsecure(), {
    'grpc.default_authority': 'localhost',
  });
  const deadline = (): { deadline: number } => ({ deadline: Date.now() + CALL_TIMEOUT_MS });
  return {
    getModelInfo: (request) => unary((done) => client.getModelInfo(request, deadline(), done)),
    encodeImage: (request) => unary((done) => client.encodeImage(request, deadline(), done)),
    encodeTexts: (request) => unary((done) => client.encodeTexts(request, deadline(), done)),
    stream: (script) => runStream(client, script),
    [Symbol.dispose]: () => client.close(),
  };
}

function unary<Response>(start: (done: requestCallback<Response>) => unknown): Promise<Response> {
  return new Promise((resolve, reject) =>
    start((error, response) => (response === undefined ? reject(error) : resolve(response))),
  );
}

async function runStream(
  client: ClipEncodingServiceClient,
  script: (stream: RawStream) => Promise<void> | void,
): Promise<RawStreamReport> {
  const call = client.encodeImages({ deadline: Date.now() + CALL_TIMEOUT_MS });
  const messages: EncodeImagesResponse__Output[] = [];
  let look = (): void => {};
  let isOver = false;
  call.on('data', (message) => {
    messages.push(message);
    look();
  });
  // The status says it too.
  call.on('error', () => {});
  const ended = new Promise<string>((resolve) => {
    call.on('status', ({ code }) => {
      isOver = true;
      look();
      resolve(statusCodes[code] ?? String(code));
    });
  });
  const next: RawStream['next'] = (passes) =>
    new Promise((resolve, reject) => {
      look = () => {
        const found = messages.find(passes);
        if (found) resolve(found);
        else if (isOver) reject(new Error('the stream ended before that message came'));
      };
      look();
    });
  await script({ send: (request) => call.write(request), next });
  call.end();
  const status = await ended;
  return { messages, status };
}
