import type { ImageItem, ImageRef as WireRef } from '@clip-watch/proto';
import type { ClipModel, ImageRef, ImageToEncode } from '../types.js';

/** Ids, hash, names and framing around the payload. */
const OVERHEAD_BYTES = 8_192;
/** What a gRPC server takes unless it was told otherwise. */
const DEFAULT_MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/** @returns why this image could not be sent to any server as it is, or undefined */
export function findImageFault({ ref, payload }: ImageToEncode, model: ClipModel): string | undefined {
  // A wrong type here would be encoded as something else, or end the stream for its neighbours.
  if (typeof ref.contentHash !== 'string' || ref.contentHash === '') return 'the content hash is missing';
  if (!(payload.data instanceof Uint8Array) || payload.data.length === 0) return 'the payload is empty';
  if (payload.kind === 'encoded') return undefined;
  const { width, height, data } = payload;
  if (data.length !== width * height * 3) return `${width}×${height} pixels are not ${data.length} bytes`;
  if (!model.pixels) return 'the model takes no pixels';
  const side = model.pixels.inputSize;
  return width === side && height === side
    ? undefined
    : `the model takes ${side}×${side} pixels, not ${width}×${height}`;
}

/**
 * Checked before `write()`: a message over the server's limit ends the stream with everything on it.
 * @param maxMessageBytes as the server stated it, 0 when it did not
 */
export function findSizeFault({ payload }: ImageToEncode, maxMessageBytes: number): string | undefined {
  const limit = maxMessageBytes || DEFAULT_MAX_MESSAGE_BYTES;
  const size = payload.data.length + OVERHEAD_BYTES;
  return size > limit ? `a message of ${size} bytes is over the encoder's limit of ${limit}` : undefined;
}

export interface MessageOptions {
  readonly requestId: number;
  readonly timeoutMs: number;
  /** Library and path too: only for an encoder on this machine, or when asked for. */
  readonly withNames: boolean;
}

/** @returns the contract's message; it shares the payload's bytes */
export function toImageItem({ ref, payload }: ImageToEncode, options: MessageOptions): ImageItem {
  const item: ImageItem = {
    request_id: options.requestId,
    ref: options.withNames ? namedRef(ref) : { content_hash: ref.contentHash },
    timeout_ms: options.timeoutMs,
  };
  const { data } = payload;
  if (payload.kind === 'rgb') item.rgb = { width: payload.width, height: payload.height, data };
  else item.encoded = { data, media_type: payload.mediaType };
  return item;
}

function namedRef({ contentHash, libraryId, relPath }: ImageRef): WireRef {
  return { content_hash: contentHash, library_id: libraryId ?? '', rel_path: relPath ?? '' };
}
