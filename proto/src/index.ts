/**
 * The wire contract of Apollo encoders: the `.proto` file itself, how to load it, and the types of its messages. A message
 * `X` is what one may send, with every field optional; `X__Output` is what arrives, with every field there.
 */
import { fileURLToPath } from 'node:url';
import type { ProtoGrpcType as LoadedDefinition } from './gen/clip.js';

/**
 * The folder to give `@grpc/proto-loader` as `includeDirs`, absolute.
 * @example
 * const definition = loadSync(CLIP_PROTO, { ...LOADER_OPTIONS, includeDirs: [PROTO_DIR] });
 * // The type describes exactly what this file and these options give.
 * const { apollo } = loadPackageDefinition(definition) as unknown as ProtoGrpcType;
 * const client = new apollo.clip.v1.ClipEncodingService('unix:/run/apollo.sock', credentials.createInsecure());
 */
export const PROTO_DIR: string = fileURLToPath(new URL('..', import.meta.url));

/** The contract's file, relative to {@link PROTO_DIR}. Its comments are the protocol's documentation. */
export const CLIP_PROTO: string = 'apollo/clip/v1/clip.proto';

/**
 * The `@grpc/proto-loader` options that the generated types were made for: `scripts/generate.mjs` passes the same.
 * With others the types lie about what arrives.
 */
export const LOADER_OPTIONS = {
  /** Fields keep their names of the contract: `request_id`, not `requestId`. */
  keepCase: true,
  /** No field has 64 bits. */
  longs: Number,
  /** Enum values arrive as their names, unknown ones as their numbers. */
  enums: String,
  /** A field that was left out arrives as its zero value, a message as null. */
  defaults: true,
  /** Each oneof arrives as a field too, which holds the name of the member that was set. */
  oneofs: true,
} as const;

/**
 * What `loadPackageDefinition` of `@grpc/grpc-js` makes of the contract: the client's constructor and the service's
 * definition are `apollo.clip.v1.ClipEncodingService` and its `service`.
 */
export type ProtoGrpcType = LoadedDefinition;

/** The gRPC service's name, under which `grpc.health.v1.Health` reports as well. */
export const CLIP_SERVICE: string = 'apollo.clip.v1.ClipEncodingService';

export type { CancelItem, CancelItem__Output } from './gen/apollo/clip/v1/CancelItem.js';
export type {
  ClipEncodingServiceClient,
  ClipEncodingServiceHandlers,
} from './gen/apollo/clip/v1/ClipEncodingService.js';
export type { Embedding, Embedding__Output } from './gen/apollo/clip/v1/Embedding.js';
export type { EncodedImage, EncodedImage__Output } from './gen/apollo/clip/v1/EncodedImage.js';
export type { EncodeImageRequest, EncodeImageRequest__Output } from './gen/apollo/clip/v1/EncodeImageRequest.js';
export type { EncodeImageResponse, EncodeImageResponse__Output } from './gen/apollo/clip/v1/EncodeImageResponse.js';
export type { EncodeImagesRequest, EncodeImagesRequest__Output } from './gen/apollo/clip/v1/EncodeImagesRequest.js';
export type { EncodeImagesResponse, EncodeImagesResponse__Output } from './gen/apollo/clip/v1/EncodeImagesResponse.js';
export type { EncodeResult, EncodeResult__Output } from './gen/apollo/clip/v1/EncodeResult.js';
export type { EncodeTextsRequest, EncodeTextsRequest__Output } from './gen/apollo/clip/v1/EncodeTextsRequest.js';
export type { EncodeTextsResponse, EncodeTextsResponse__Output } from './gen/apollo/clip/v1/EncodeTextsResponse.js';
export type { ErrorReason, ErrorReason__Output } from './gen/apollo/clip/v1/ErrorReason.js';
export type { FlowUpdate, FlowUpdate__Output } from './gen/apollo/clip/v1/FlowUpdate.js';
export type { GetModelInfoRequest, GetModelInfoRequest__Output } from './gen/apollo/clip/v1/GetModelInfoRequest.js';
export type { GetModelInfoResponse, GetModelInfoResponse__Output } from './gen/apollo/clip/v1/GetModelInfoResponse.js';
export type { ImageItem, ImageItem__Output } from './gen/apollo/clip/v1/ImageItem.js';
export type { ImageRef, ImageRef__Output } from './gen/apollo/clip/v1/ImageRef.js';
export type { ItemError, ItemError__Output } from './gen/apollo/clip/v1/ItemError.js';
export type { ModelInfo, ModelInfo__Output } from './gen/apollo/clip/v1/ModelInfo.js';
export type { ModelSelector, ModelSelector__Output } from './gen/apollo/clip/v1/ModelSelector.js';
export type { ModelState, ModelState__Output } from './gen/apollo/clip/v1/ModelState.js';
export type { Preprocessing, Preprocessing__Output } from './gen/apollo/clip/v1/Preprocessing.js';
export type { ResampleFilter, ResampleFilter__Output } from './gen/apollo/clip/v1/ResampleFilter.js';
export type { ResizeMode, ResizeMode__Output } from './gen/apollo/clip/v1/ResizeMode.js';
export type { Retry, Retry__Output } from './gen/apollo/clip/v1/Retry.js';
export type { RgbImage, RgbImage__Output } from './gen/apollo/clip/v1/RgbImage.js';
export type { ServerLimits, ServerLimits__Output } from './gen/apollo/clip/v1/ServerLimits.js';
export type { StreamAccepted, StreamAccepted__Output } from './gen/apollo/clip/v1/StreamAccepted.js';
export type { StreamOpen, StreamOpen__Output } from './gen/apollo/clip/v1/StreamOpen.js';
