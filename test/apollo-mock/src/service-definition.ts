import {
  CLIP_PROTO,
  type EncodeImagesResponse,
  LOADER_OPTIONS,
  PROTO_DIR,
  type ProtoGrpcType,
} from '@clip-watch/proto';
import { loadPackageDefinition, type ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { RawMessage } from './results.js';

/** The contract's service, except that a stream may also send bytes that are no message. */
export function mockServiceDefinition(): ServiceDefinition {
  const definition = loadSync(CLIP_PROTO, { ...LOADER_OPTIONS, includeDirs: [PROTO_DIR] });
  const { service } = (loadPackageDefinition(definition) as unknown as ProtoGrpcType).apollo.clip.v1
    .ClipEncodingService;
  const serialize = service.EncodeImages.responseSerialize;
  return {
    ...service,
    EncodeImages: {
      ...service.EncodeImages,
      responseSerialize: (value: EncodeImagesResponse | RawMessage) =>
        value instanceof RawMessage ? value.bytes : serialize(value),
    },
  } as ServiceDefinition;
}
