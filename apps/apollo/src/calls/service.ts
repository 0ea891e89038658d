import { randomUUID } from 'node:crypto';
import type { ClipEncodingServiceHandlers, ModelInfo, ModelSelector__Output } from '@clip-watch/proto';
import { type ServerUnaryCall, type ServiceError, type sendUnaryData, status } from '@grpc/grpc-js';
import { type Sender, SINGLE_INPUT } from '../lanes/lane.js';
import { type ServerBounds, selectorProblem } from '../model/model-info.js';
import type { ImageEncoder } from './image-encoder.js';
import { type ImageStream, serveImageStream } from './image-stream.js';
import type { TextEncoder } from './text-encoder.js';

export interface ClipServiceOptions {
  readonly model: ModelInfo;
  readonly images: ImageEncoder;
  /** Absent: the model has no text side. */
  readonly texts?: TextEncoder;
  readonly bounds: ServerBounds;
  readonly serverVersion: string;
  /** Window of a stream whose client names no wish. */
  readonly defaultInFlight: number;
  readonly maxStreams: number;
  readonly heartbeatMs: number;
}

export interface ClipService {
  readonly handlers: ClipEncodingServiceHandlers;
  readonly openStreams: number;
  /** Refuses new calls and asks every stream to go. Resolves when the last one has ended. */
  drain(retryDelayMs: number): Promise<void>;
  /** Ends the streams that did not go by themselves. */
  abort(): void;
}

/** All unary pictures share one turn beside the streams. */
const UNARY: Sender = { ...SINGLE_INPUT };

/** The handlers of `apollo.clip.v1.ClipEncodingService`. */
export function createClipService(options: ClipServiceOptions): ClipService {
  const { model, bounds, images, texts } = options;
  const streams = new Set<ImageStream>();
  const instanceId = randomUUID();
  let draining: { readonly retryDelayMs: number; readonly empty: () => void } | undefined;

  /** Why this call cannot be served at all. */
  function refusal(selector: ModelSelector__Output | null): Partial<ServiceError> | undefined {
    if (draining) return { code: status.UNAVAILABLE, details: 'the server is going away' };
    const problem = selectorProblem(selector, model);
    return problem === undefined ? undefined : { code: status.FAILED_PRECONDITION, details: problem };
  }

  const handlers: ClipEncodingServiceHandlers = {
    GetModelInfo(call, callback) {
      const refused = refusal(call.request.model);
      if (refused) return callback(refused);
      callback(null, { model, server_version: options.serverVersion, server_instance_id: instanceId });
    },

    EncodeImage(call, callback) {
      const { item } = call.request;
      const refused = refusal(call.request.model);
      if (refused) return callback(refused);
      if (item === null) return callback({ code: status.INVALID_ARGUMENT, details: 'the request has no item' });
      const answer = onceOnly(call, callback);
      const image = images.encode(item, UNARY, (result) => answer(null, { result }));
      call.on('cancelled', () => image.abandon());
    },

    EncodeImages(call) {
      if (draining || streams.size >= options.maxStreams) {
        const code = draining ? status.UNAVAILABLE : status.RESOURCE_EXHAUSTED;
        const details = draining ? 'the server is going away' : `${streams.size} streams are open, no more are taken`;
        call.emit('error', { code, details });
        return;
      }
      const stream = serveImageStream(
        call,
        { ...options, encoder: images, instanceId, maxInFlight: bounds.maxInFlight },
        () => {
          streams.delete(stream);
          if (streams.size === 0) draining?.empty();
        },
      );
      streams.add(stream);
    },

    EncodeTexts(call, callback) {
      const wanted = call.request.texts;
      const refused = refusal(call.request.model) ?? textProblem(wanted.length);
      if (refused) return callback(refused);
      const answer = onceOnly(call, callback);
      void texts?.encode(wanted).then((results) => answer(null, { results }));
    },
  };

  function textProblem(count: number): Partial<ServiceError> | undefined {
    if (!texts) return { code: status.FAILED_PRECONDITION, details: `model ${model.name} has no text side` };
    if (count <= bounds.maxTexts) return undefined;
    return { code: status.INVALID_ARGUMENT, details: `${count} texts, at most ${bounds.maxTexts} are taken` };
  }

  return {
    handlers,
    get openStreams() {
      return streams.size;
    },
    drain(retryDelayMs) {
      return new Promise((resolve) => {
        draining = { retryDelayMs, empty: resolve };
        for (const stream of streams) stream.drain(retryDelayMs);
        if (streams.size === 0) resolve();
      });
    },
    abort() {
      for (const stream of streams) stream.abort();
    },
  };
}

/** A call that was cancelled meanwhile has nobody to answer. */
function onceOnly<Request, Response>(
  call: ServerUnaryCall<Request, Response>,
  callback: sendUnaryData<Response>,
): sendUnaryData<Response> {
  return (error, value) => {
    if (!call.cancelled) callback(error, value);
  };
}
