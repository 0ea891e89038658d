import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { CancelItem as _apollo_clip_v1_CancelItem, CancelItem__Output as _apollo_clip_v1_CancelItem__Output } from './apollo/clip/v1/CancelItem.js';
import type { ClipEncodingServiceClient as _apollo_clip_v1_ClipEncodingServiceClient, ClipEncodingServiceDefinition as _apollo_clip_v1_ClipEncodingServiceDefinition } from './apollo/clip/v1/ClipEncodingService.js';
import type { Embedding as _apollo_clip_v1_Embedding, Embedding__Output as _apollo_clip_v1_Embedding__Output } from './apollo/clip/v1/Embedding.js';
import type { EncodeImageRequest as _apollo_clip_v1_EncodeImageRequest, EncodeImageRequest__Output as _apollo_clip_v1_EncodeImageRequest__Output } from './apollo/clip/v1/EncodeImageRequest.js';
import type { EncodeImageResponse as _apollo_clip_v1_EncodeImageResponse, EncodeImageResponse__Output as _apollo_clip_v1_EncodeImageResponse__Output } from './apollo/clip/v1/EncodeImageResponse.js';
import type { EncodeImagesRequest as _apollo_clip_v1_EncodeImagesRequest, EncodeImagesRequest__Output as _apollo_clip_v1_EncodeImagesRequest__Output } from './apollo/clip/v1/EncodeImagesRequest.js';
import type { EncodeImagesResponse as _apollo_clip_v1_EncodeImagesResponse, EncodeImagesResponse__Output as _apollo_clip_v1_EncodeImagesResponse__Output } from './apollo/clip/v1/EncodeImagesResponse.js';
import type { EncodeResult as _apollo_clip_v1_EncodeResult, EncodeResult__Output as _apollo_clip_v1_EncodeResult__Output } from './apollo/clip/v1/EncodeResult.js';
import type { EncodeTextsRequest as _apollo_clip_v1_EncodeTextsRequest, EncodeTextsRequest__Output as _apollo_clip_v1_EncodeTextsRequest__Output } from './apollo/clip/v1/EncodeTextsRequest.js';
import type { EncodeTextsResponse as _apollo_clip_v1_EncodeTextsResponse, EncodeTextsResponse__Output as _apollo_clip_v1_EncodeTextsResponse__Output } from './apollo/clip/v1/EncodeTextsResponse.js';
import type { EncodedImage as _apollo_clip_v1_EncodedImage, EncodedImage__Output as _apollo_clip_v1_EncodedImage__Output } from './apollo/clip/v1/EncodedImage.js';
import type { FlowUpdate as _apollo_clip_v1_FlowUpdate, FlowUpdate__Output as _apollo_clip_v1_FlowUpdate__Output } from './apollo/clip/v1/FlowUpdate.js';
import type { GetModelInfoRequest as _apollo_clip_v1_GetModelInfoRequest, GetModelInfoRequest__Output as _apollo_clip_v1_GetModelInfoRequest__Output } from './apollo/clip/v1/GetModelInfoRequest.js';
import type { GetModelInfoResponse as _apollo_clip_v1_GetModelInfoResponse, GetModelInfoResponse__Output as _apollo_clip_v1_GetModelInfoResponse__Output } from './apollo/clip/v1/GetModelInfoResponse.js';
import type { ImageItem as _apollo_clip_v1_ImageItem, ImageItem__Output as _apollo_clip_v1_ImageItem__Output } from './apollo/clip/v1/ImageItem.js';
import type { ImageRef as _apollo_clip_v1_ImageRef, ImageRef__Output as _apollo_clip_v1_ImageRef__Output } from './apollo/clip/v1/ImageRef.js';
import type { ItemError as _apollo_clip_v1_ItemError, ItemError__Output as _apollo_clip_v1_ItemError__Output } from './apollo/clip/v1/ItemError.js';
import type { ModelInfo as _apollo_clip_v1_ModelInfo, ModelInfo__Output as _apollo_clip_v1_ModelInfo__Output } from './apollo/clip/v1/ModelInfo.js';
import type { ModelSelector as _apollo_clip_v1_ModelSelector, ModelSelector__Output as _apollo_clip_v1_ModelSelector__Output } from './apollo/clip/v1/ModelSelector.js';
import type { Preprocessing as _apollo_clip_v1_Preprocessing, Preprocessing__Output as _apollo_clip_v1_Preprocessing__Output } from './apollo/clip/v1/Preprocessing.js';
import type { RgbImage as _apollo_clip_v1_RgbImage, RgbImage__Output as _apollo_clip_v1_RgbImage__Output } from './apollo/clip/v1/RgbImage.js';
import type { ServerLimits as _apollo_clip_v1_ServerLimits, ServerLimits__Output as _apollo_clip_v1_ServerLimits__Output } from './apollo/clip/v1/ServerLimits.js';
import type { StreamAccepted as _apollo_clip_v1_StreamAccepted, StreamAccepted__Output as _apollo_clip_v1_StreamAccepted__Output } from './apollo/clip/v1/StreamAccepted.js';
import type { StreamOpen as _apollo_clip_v1_StreamOpen, StreamOpen__Output as _apollo_clip_v1_StreamOpen__Output } from './apollo/clip/v1/StreamOpen.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  apollo: {
    clip: {
      v1: {
        CancelItem: MessageTypeDefinition<_apollo_clip_v1_CancelItem, _apollo_clip_v1_CancelItem__Output>
        /**
         * Turns pictures and texts into vectors of one shared space.
         * Liveness and readiness are served beside it by grpc.health.v1.Health under the service name
         * "apollo.clip.v1.ClipEncodingService": SERVING only while a model is loaded.
         */
        ClipEncodingService: SubtypeConstructor<typeof grpc.Client, _apollo_clip_v1_ClipEncodingServiceClient> & { service: _apollo_clip_v1_ClipEncodingServiceDefinition }
        Embedding: MessageTypeDefinition<_apollo_clip_v1_Embedding, _apollo_clip_v1_Embedding__Output>
        EncodeImageRequest: MessageTypeDefinition<_apollo_clip_v1_EncodeImageRequest, _apollo_clip_v1_EncodeImageRequest__Output>
        EncodeImageResponse: MessageTypeDefinition<_apollo_clip_v1_EncodeImageResponse, _apollo_clip_v1_EncodeImageResponse__Output>
        EncodeImagesRequest: MessageTypeDefinition<_apollo_clip_v1_EncodeImagesRequest, _apollo_clip_v1_EncodeImagesRequest__Output>
        EncodeImagesResponse: MessageTypeDefinition<_apollo_clip_v1_EncodeImagesResponse, _apollo_clip_v1_EncodeImagesResponse__Output>
        EncodeResult: MessageTypeDefinition<_apollo_clip_v1_EncodeResult, _apollo_clip_v1_EncodeResult__Output>
        EncodeTextsRequest: MessageTypeDefinition<_apollo_clip_v1_EncodeTextsRequest, _apollo_clip_v1_EncodeTextsRequest__Output>
        EncodeTextsResponse: MessageTypeDefinition<_apollo_clip_v1_EncodeTextsResponse, _apollo_clip_v1_EncodeTextsResponse__Output>
        EncodedImage: MessageTypeDefinition<_apollo_clip_v1_EncodedImage, _apollo_clip_v1_EncodedImage__Output>
        ErrorReason: EnumTypeDefinition
        FlowUpdate: MessageTypeDefinition<_apollo_clip_v1_FlowUpdate, _apollo_clip_v1_FlowUpdate__Output>
        GetModelInfoRequest: MessageTypeDefinition<_apollo_clip_v1_GetModelInfoRequest, _apollo_clip_v1_GetModelInfoRequest__Output>
        GetModelInfoResponse: MessageTypeDefinition<_apollo_clip_v1_GetModelInfoResponse, _apollo_clip_v1_GetModelInfoResponse__Output>
        ImageItem: MessageTypeDefinition<_apollo_clip_v1_ImageItem, _apollo_clip_v1_ImageItem__Output>
        ImageRef: MessageTypeDefinition<_apollo_clip_v1_ImageRef, _apollo_clip_v1_ImageRef__Output>
        ItemError: MessageTypeDefinition<_apollo_clip_v1_ItemError, _apollo_clip_v1_ItemError__Output>
        ModelInfo: MessageTypeDefinition<_apollo_clip_v1_ModelInfo, _apollo_clip_v1_ModelInfo__Output>
        ModelSelector: MessageTypeDefinition<_apollo_clip_v1_ModelSelector, _apollo_clip_v1_ModelSelector__Output>
        ModelState: EnumTypeDefinition
        Preprocessing: MessageTypeDefinition<_apollo_clip_v1_Preprocessing, _apollo_clip_v1_Preprocessing__Output>
        ResampleFilter: EnumTypeDefinition
        ResizeMode: EnumTypeDefinition
        Retry: EnumTypeDefinition
        RgbImage: MessageTypeDefinition<_apollo_clip_v1_RgbImage, _apollo_clip_v1_RgbImage__Output>
        ServerLimits: MessageTypeDefinition<_apollo_clip_v1_ServerLimits, _apollo_clip_v1_ServerLimits__Output>
        StreamAccepted: MessageTypeDefinition<_apollo_clip_v1_StreamAccepted, _apollo_clip_v1_StreamAccepted__Output>
        StreamOpen: MessageTypeDefinition<_apollo_clip_v1_StreamOpen, _apollo_clip_v1_StreamOpen__Output>
      }
    }
  }
}

