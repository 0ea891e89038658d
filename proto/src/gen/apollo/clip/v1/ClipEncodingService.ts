// Original file: apollo/clip/v1/clip.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { EncodeImageRequest as _apollo_clip_v1_EncodeImageRequest, EncodeImageRequest__Output as _apollo_clip_v1_EncodeImageRequest__Output } from '../../../apollo/clip/v1/EncodeImageRequest.js';
import type { EncodeImageResponse as _apollo_clip_v1_EncodeImageResponse, EncodeImageResponse__Output as _apollo_clip_v1_EncodeImageResponse__Output } from '../../../apollo/clip/v1/EncodeImageResponse.js';
import type { EncodeImagesRequest as _apollo_clip_v1_EncodeImagesRequest, EncodeImagesRequest__Output as _apollo_clip_v1_EncodeImagesRequest__Output } from '../../../apollo/clip/v1/EncodeImagesRequest.js';
import type { EncodeImagesResponse as _apollo_clip_v1_EncodeImagesResponse, EncodeImagesResponse__Output as _apollo_clip_v1_EncodeImagesResponse__Output } from '../../../apollo/clip/v1/EncodeImagesResponse.js';
import type { EncodeTextsRequest as _apollo_clip_v1_EncodeTextsRequest, EncodeTextsRequest__Output as _apollo_clip_v1_EncodeTextsRequest__Output } from '../../../apollo/clip/v1/EncodeTextsRequest.js';
import type { EncodeTextsResponse as _apollo_clip_v1_EncodeTextsResponse, EncodeTextsResponse__Output as _apollo_clip_v1_EncodeTextsResponse__Output } from '../../../apollo/clip/v1/EncodeTextsResponse.js';
import type { GetModelInfoRequest as _apollo_clip_v1_GetModelInfoRequest, GetModelInfoRequest__Output as _apollo_clip_v1_GetModelInfoRequest__Output } from '../../../apollo/clip/v1/GetModelInfoRequest.js';
import type { GetModelInfoResponse as _apollo_clip_v1_GetModelInfoResponse, GetModelInfoResponse__Output as _apollo_clip_v1_GetModelInfoResponse__Output } from '../../../apollo/clip/v1/GetModelInfoResponse.js';

/**
 * Turns pictures and texts into vectors of one shared space.
 * Liveness and readiness are served beside it by grpc.health.v1.Health under the service name
 * "apollo.clip.v1.ClipEncodingService": SERVING only while a model is loaded.
 */
export interface ClipEncodingServiceClient extends grpc.Client {
  /**
   * One picture: for probes, second tries of single items and small clients.
   */
  EncodeImage(argument: _apollo_clip_v1_EncodeImageRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_apollo_clip_v1_EncodeImageResponse__Output>): grpc.ClientUnaryCall;
  EncodeImage(argument: _apollo_clip_v1_EncodeImageRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_apollo_clip_v1_EncodeImageResponse__Output>): grpc.ClientUnaryCall;
  EncodeImage(argument: _apollo_clip_v1_EncodeImageRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_apollo_clip_v1_EncodeImageResponse__Output>): grpc.ClientUnaryCall;
  EncodeImage(argument: _apollo_clip_v1_EncodeImageRequest, callback: grpc.requestCallback<_apollo_clip_v1_EncodeImageResponse__Output>): grpc.ClientUnaryCall;
  /**
   * One picture: for probes, second tries of single items and small clients.
   */
  encodeImage(argument: _apollo_clip_v1_EncodeImageRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_apollo_clip_v1_EncodeImageResponse__Output>): grpc.ClientUnaryCall;
  encodeImage(argument: _apollo_clip_v1_EncodeImageRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_apollo_clip_v1_EncodeImageResponse__Output>): grpc.ClientUnaryCall;
  encodeImage(argument: _apollo_clip_v1_EncodeImageRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_apollo_clip_v1_EncodeImageResponse__Output>): grpc.ClientUnaryCall;
  encodeImage(argument: _apollo_clip_v1_EncodeImageRequest, callback: grpc.requestCallback<_apollo_clip_v1_EncodeImageResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Many pictures over one long-lived stream.
   * 1. client: open       the first message, once
   * 2. server: accepted   the first message, once; grants the window and states the limits
   * 3. client: item, cancel; never more unanswered items than the window
   * 4. server: result, one an item, in ANY order, each as soon as it is ready; flow at any time
   * 5. client half-closes; the server answers what it holds, then ends with OK
   * Statuses: UNAVAILABLE (going away), RESOURCE_EXHAUSTED (no more streams here), FAILED_PRECONDITION (the model
   * asked for is not served), INVALID_ARGUMENT (protocol broken: item before open, id reused, window overrun),
   * UNAUTHENTICATED. The model of a stream never changes: a server that swaps its model drains its streams.
   */
  EncodeImages(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_apollo_clip_v1_EncodeImagesRequest, _apollo_clip_v1_EncodeImagesResponse__Output>;
  EncodeImages(options?: grpc.CallOptions): grpc.ClientDuplexStream<_apollo_clip_v1_EncodeImagesRequest, _apollo_clip_v1_EncodeImagesResponse__Output>;
  /**
   * Many pictures over one long-lived stream.
   * 1. client: open       the first message, once
   * 2. server: accepted   the first message, once; grants the window and states the limits
   * 3. client: item, cancel; never more unanswered items than the window
   * 4. server: result, one an item, in ANY order, each as soon as it is ready; flow at any time
   * 5. client half-closes; the server answers what it holds, then ends with OK
   * Statuses: UNAVAILABLE (going away), RESOURCE_EXHAUSTED (no more streams here), FAILED_PRECONDITION (the model
   * asked for is not served), INVALID_ARGUMENT (protocol broken: item before open, id reused, window overrun),
   * UNAUTHENTICATED. The model of a stream never changes: a server that swaps its model drains its streams.
   */
  encodeImages(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_apollo_clip_v1_EncodeImagesRequest, _apollo_clip_v1_EncodeImagesResponse__Output>;
  encodeImages(options?: grpc.CallOptions): grpc.ClientDuplexStream<_apollo_clip_v1_EncodeImagesRequest, _apollo_clip_v1_EncodeImagesResponse__Output>;
  
  /**
   * A few texts (search queries), answered in one message, results in the order of the texts.
   */
  EncodeTexts(argument: _apollo_clip_v1_EncodeTextsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_apollo_clip_v1_EncodeTextsResponse__Output>): grpc.ClientUnaryCall;
  EncodeTexts(argument: _apollo_clip_v1_EncodeTextsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_apollo_clip_v1_EncodeTextsResponse__Output>): grpc.ClientUnaryCall;
  EncodeTexts(argument: _apollo_clip_v1_EncodeTextsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_apollo_clip_v1_EncodeTextsResponse__Output>): grpc.ClientUnaryCall;
  EncodeTexts(argument: _apollo_clip_v1_EncodeTextsRequest, callback: grpc.requestCallback<_apollo_clip_v1_EncodeTextsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * A few texts (search queries), answered in one message, results in the order of the texts.
   */
  encodeTexts(argument: _apollo_clip_v1_EncodeTextsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_apollo_clip_v1_EncodeTextsResponse__Output>): grpc.ClientUnaryCall;
  encodeTexts(argument: _apollo_clip_v1_EncodeTextsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_apollo_clip_v1_EncodeTextsResponse__Output>): grpc.ClientUnaryCall;
  encodeTexts(argument: _apollo_clip_v1_EncodeTextsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_apollo_clip_v1_EncodeTextsResponse__Output>): grpc.ClientUnaryCall;
  encodeTexts(argument: _apollo_clip_v1_EncodeTextsRequest, callback: grpc.requestCallback<_apollo_clip_v1_EncodeTextsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Describes one model, the default one if none is named. Cheap, safe at every connect.
   */
  GetModelInfo(argument: _apollo_clip_v1_GetModelInfoRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_apollo_clip_v1_GetModelInfoResponse__Output>): grpc.ClientUnaryCall;
  GetModelInfo(argument: _apollo_clip_v1_GetModelInfoRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_apollo_clip_v1_GetModelInfoResponse__Output>): grpc.ClientUnaryCall;
  GetModelInfo(argument: _apollo_clip_v1_GetModelInfoRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_apollo_clip_v1_GetModelInfoResponse__Output>): grpc.ClientUnaryCall;
  GetModelInfo(argument: _apollo_clip_v1_GetModelInfoRequest, callback: grpc.requestCallback<_apollo_clip_v1_GetModelInfoResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Describes one model, the default one if none is named. Cheap, safe at every connect.
   */
  getModelInfo(argument: _apollo_clip_v1_GetModelInfoRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_apollo_clip_v1_GetModelInfoResponse__Output>): grpc.ClientUnaryCall;
  getModelInfo(argument: _apollo_clip_v1_GetModelInfoRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_apollo_clip_v1_GetModelInfoResponse__Output>): grpc.ClientUnaryCall;
  getModelInfo(argument: _apollo_clip_v1_GetModelInfoRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_apollo_clip_v1_GetModelInfoResponse__Output>): grpc.ClientUnaryCall;
  getModelInfo(argument: _apollo_clip_v1_GetModelInfoRequest, callback: grpc.requestCallback<_apollo_clip_v1_GetModelInfoResponse__Output>): grpc.ClientUnaryCall;
  
}

/**
 * Turns pictures and texts into vectors of one shared space.
 * Liveness and readiness are served beside it by grpc.health.v1.Health under the service name
 * "apollo.clip.v1.ClipEncodingService": SERVING only while a model is loaded.
 */
export interface ClipEncodingServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * One picture: for probes, second tries of single items and small clients.
   */
  EncodeImage: grpc.handleUnaryCall<_apollo_clip_v1_EncodeImageRequest__Output, _apollo_clip_v1_EncodeImageResponse>;
  
  /**
   * Many pictures over one long-lived stream.
   * 1. client: open       the first message, once
   * 2. server: accepted   the first message, once; grants the window and states the limits
   * 3. client: item, cancel; never more unanswered items than the window
   * 4. server: result, one an item, in ANY order, each as soon as it is ready; flow at any time
   * 5. client half-closes; the server answers what it holds, then ends with OK
   * Statuses: UNAVAILABLE (going away), RESOURCE_EXHAUSTED (no more streams here), FAILED_PRECONDITION (the model
   * asked for is not served), INVALID_ARGUMENT (protocol broken: item before open, id reused, window overrun),
   * UNAUTHENTICATED. The model of a stream never changes: a server that swaps its model drains its streams.
   */
  EncodeImages: grpc.handleBidiStreamingCall<_apollo_clip_v1_EncodeImagesRequest__Output, _apollo_clip_v1_EncodeImagesResponse>;
  
  /**
   * A few texts (search queries), answered in one message, results in the order of the texts.
   */
  EncodeTexts: grpc.handleUnaryCall<_apollo_clip_v1_EncodeTextsRequest__Output, _apollo_clip_v1_EncodeTextsResponse>;
  
  /**
   * Describes one model, the default one if none is named. Cheap, safe at every connect.
   */
  GetModelInfo: grpc.handleUnaryCall<_apollo_clip_v1_GetModelInfoRequest__Output, _apollo_clip_v1_GetModelInfoResponse>;
  
}

export interface ClipEncodingServiceDefinition extends grpc.ServiceDefinition {
  EncodeImage: MethodDefinition<_apollo_clip_v1_EncodeImageRequest, _apollo_clip_v1_EncodeImageResponse, _apollo_clip_v1_EncodeImageRequest__Output, _apollo_clip_v1_EncodeImageResponse__Output>
  EncodeImages: MethodDefinition<_apollo_clip_v1_EncodeImagesRequest, _apollo_clip_v1_EncodeImagesResponse, _apollo_clip_v1_EncodeImagesRequest__Output, _apollo_clip_v1_EncodeImagesResponse__Output>
  EncodeTexts: MethodDefinition<_apollo_clip_v1_EncodeTextsRequest, _apollo_clip_v1_EncodeTextsResponse, _apollo_clip_v1_EncodeTextsRequest__Output, _apollo_clip_v1_EncodeTextsResponse__Output>
  GetModelInfo: MethodDefinition<_apollo_clip_v1_GetModelInfoRequest, _apollo_clip_v1_GetModelInfoResponse, _apollo_clip_v1_GetModelInfoRequest__Output, _apollo_clip_v1_GetModelInfoResponse__Output>
}
