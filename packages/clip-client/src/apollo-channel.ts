// The only file that knows @grpc/grpc-js: foreign errors and options end here.
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
import {
  type CallOptions,
  type ChannelOptions,
  type ClientUnaryCall,
  credentials,
  loadPackageDefinition,
  Metadata,
  type requestCallback,
  type ServiceError,
  type StatusObject,
  status as statusCodes,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { ApolloAddress } from './address.js';
import { checkHealth, type HealthAnswer } from './encoder/health-check.js';
import type { StatusName } from './encoder/retry-policy.js';
import { createStreamSerializer } from './stream/stream-serializer.js';
import { traceHeaders } from './tracing.js';

/** A unary call that ended with a status. */
export class ApolloCallError extends Error {
  override readonly name = 'ApolloCallError';
  readonly status: StatusName;

  constructor(status: StatusName, details: string, options?: ErrorOptions) {
    super(details, options);
    this.status = status;
  }
}

export interface CallLimits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface StreamHandlers {
  message(message: EncodeImagesResponse__Output): void;
  /** After `write` said false: more may be written. */
  drain(): void;
  /** Once, after the last message. */
  end(status: StatusName, details: string): void;
}

/** One EncodeImages call. Nothing is written to it after its end: it would say true and lose the message. */
export interface MessageStream {
  write(message: EncodeImagesRequest): boolean;
  halfClose(): void;
  cancel(): void;
}

/** One connection to one Apollo. It never reconnects by itself: a new try is a new channel. */
export interface ApolloChannel {
  checkHealth(limits: CallLimits): Promise<HealthAnswer>;
  getModelInfo(request: GetModelInfoRequest, limits: CallLimits): Promise<GetModelInfoResponse__Output>;
  encodeImage(request: EncodeImageRequest, limits: CallLimits): Promise<EncodeImageResponse__Output>;
  encodeTexts(request: EncodeTextsRequest, limits: CallLimits): Promise<EncodeTextsResponse__Output>;
  openStream(handlers: StreamHandlers): MessageStream;
  close(): void;
}

export interface ChannelConfig {
  readonly address: ApolloAddress;
  readonly token: string | undefined;
  readonly caPem: Buffer | undefined;
  readonly clientName: string;
  /** Between two HTTP/2 pings. Only for a server that promises heartbeats, others hang up on them; undefined: none. */
  readonly keepaliveMs: number | undefined;
}

export type OpenChannel = (config: ChannelConfig) => ApolloChannel;

const MAX_RECEIVE_BYTES = 1024 * 1024;

let serviceClient: ProtoGrpcType['apollo']['clip']['v1']['ClipEncodingService'] | undefined;

/** Read at the first channel: a disabled client never pays for it. */
function loadServiceClient(): NonNullable<typeof serviceClient> {
  if (!serviceClient) {
    const definition = loadSync(CLIP_PROTO, { ...LOADER_OPTIONS, includeDirs: [PROTO_DIR] });
    serviceClient = (loadPackageDefinition(definition) as unknown as ProtoGrpcType).apollo.clip.v1.ClipEncodingService;
  }
  return serviceClient;
}

function channelOptions({ address, clientName, keepaliveMs }: ChannelConfig): ChannelOptions {
  return {
    'grpc.primary_user_agent': clientName,
    // The backlog is the retry layer; the library's own never covers a message above 1 MiB.
    'grpc.enable_retries': 0,
    'grpc.service_config_disable_resolution': 1,
    // A shared subchannel would pass the library's backoff on to our next try.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_send_message_length': -1,
    'grpc.max_receive_message_length': MAX_RECEIVE_BYTES,
    ...(keepaliveMs !== undefined && { 'grpc.keepalive_time_ms': keepaliveMs, 'grpc.keepalive_timeout_ms': 5_000 }),
    ...(address.kind === 'unix' && { 'grpc.default_authority': 'localhost' }),
  };
}

export const openApolloChannel: OpenChannel = (config) => {
  const { address, caPem, token } = config;
  const transport = address.kind === 'grpcs' ? credentials.createSsl(caPem ?? null) : credentials.createInsecure();
  const client = new (loadServiceClient())(address.target, transport, channelOptions(config));
  const metadata = (): Metadata => {
    const fields = new Metadata();
    // Call credentials cannot be joined to a plaintext channel, metadata can.
    if (token !== undefined) fields.set('authorization', `Bearer ${token}`);
    for (const [key, value] of Object.entries(traceHeaders())) fields.set(key, value);
    return fields;
  };
  const unary =
    <Request, Response>(method: UnaryMethod<Request, Response>) =>
    (request: Request, limits: CallLimits): Promise<Response> =>
      callUnary((options, callback) => method.call(client, request, metadata(), options, callback), limits);
  return {
    checkHealth: (limits) =>
      checkHealth((definition, request) =>
        callUnary(
          (options, callback) =>
            client.makeUnaryRequest(
              definition.path,
              definition.requestSerialize,
              definition.responseDeserialize,
              request,
              metadata(),
              options,
              callback,
            ),
          limits,
        ),
      ),
    getModelInfo: unary<GetModelInfoRequest, GetModelInfoResponse__Output>(client.getModelInfo),
    encodeImage: unary<EncodeImageRequest, EncodeImageResponse__Output>(client.encodeImage),
    encodeTexts: unary<EncodeTextsRequest, EncodeTextsResponse__Output>(client.encodeTexts),
    openStream: (handlers) => openStream(client, metadata(), handlers),
    close: () => client.close(),
  };
};

type UnaryMethod<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: CallOptions,
  callback: requestCallback<Response>,
) => ClientUnaryCall;

function callUnary<Response>(
  start: (options: CallOptions, callback: requestCallback<Response>) => ClientUnaryCall,
  { signal, timeoutMs }: CallLimits,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(new ApolloCallError('CANCELLED', 'cancelled before it was sent'));
      return;
    }
    const cancel = (): void => call.cancel();
    const call = start({ deadline: Date.now() + timeoutMs }, (error, response) => {
      signal?.removeEventListener('abort', cancel);
      if (error) reject(toCallError(error));
      else if (response === undefined) reject(new ApolloCallError('INTERNAL', 'an answer without a message'));
      else resolve(response);
    });
    signal?.addEventListener('abort', cancel, { once: true });
  });
}

function toCallError(error: ServiceError): ApolloCallError {
  return new ApolloCallError(statusName(error.code), readable(error.details || error.message), { cause: error });
}

/** grpc-js ends what it says of an address with a heading, whether or not anything stands under it. */
function readable(details: string): string {
  return details.replace(/\.?\s*Resolution note:\s*$/, '');
}

function statusName(code: number): StatusName {
  return (statusCodes[code] ?? 'UNKNOWN') as StatusName;
}

function openStream(client: ClipEncodingServiceClient, metadata: Metadata, handlers: StreamHandlers): MessageStream {
  const { path, responseDeserialize } = loadServiceClient().service.EncodeImages;
  const call = client.makeBidiStreamRequest(path, createStreamSerializer(), responseDeserialize, metadata);
  let final: StatusObject | undefined;
  let hasEnded = false;
  let isDrained = false;
  const end = (): void => {
    // After an OK status buffered messages may still come: `end` of the data is the last event then.
    if (hasEnded || !final || (final.code === statusCodes.OK && !isDrained)) return;
    hasEnded = true;
    handlers.end(statusName(final.code), readable(final.details));
  };
  call.on('data', (message) => {
    if (!hasEnded) handlers.message(message);
  });
  call.on('drain', () => handlers.drain());
  // Without a listener an error ends the process; what it says comes with the status too.
  call.on('error', () => {});
  call.on('status', (status) => {
    final = status;
    end();
  });
  call.on('end', () => {
    isDrained = true;
    end();
  });
  return {
    write: (message) => call.write(message),
    halfClose: () => call.end(),
    cancel: () => call.cancel(),
  };
}
