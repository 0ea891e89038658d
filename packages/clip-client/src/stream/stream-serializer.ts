import { join } from 'node:path';
import { CLIP_PROTO, type EncodeImagesRequest, PROTO_DIR } from '@clip-watch/proto';
import protobuf from 'protobufjs';

/** A larger message gets a buffer of its own: an idle stream holds no more than this. */
const MAX_KEPT_BYTES = 1024 * 1024;

let requestType: protobuf.Type | undefined;

/** Read at the first stream: a disabled client never pays for it. */
function loadRequestType(): protobuf.Type {
  requestType ??= new protobuf.Root()
    .loadSync(join(PROTO_DIR, CLIP_PROTO), { keepCase: true })
    .lookupType('apollo.clip.v1.EncodeImagesRequest');
  return requestType;
}

/**
 * Serialises the messages of one stream into one buffer, again and again: a fresh 150 KB an image is garbage that V8
 * collects with mark-compacts, which cost more than everything else the client does for an image.
 * @returns a function whose result holds until its next call. That is long enough for grpc-js: it copies a message into
 * its frame before it takes the next one of the same call.
 */
export function createStreamSerializer(): (message: EncodeImagesRequest) => Buffer {
  const type = loadRequestType();
  let kept: Buffer = Buffer.alloc(0);
  class ReusingWriter extends protobuf.BufferWriter {
    static override alloc(size: number): Buffer {
      if (size > MAX_KEPT_BYTES) return Buffer.allocUnsafe(size);
      if (size > kept.length) kept = Buffer.allocUnsafeSlow(size);
      return kept.subarray(0, size);
    }
  }
  return (message) => type.encode(type.fromObject(message), new ReusingWriter()).finish() as Buffer;
}
