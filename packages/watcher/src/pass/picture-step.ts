import { withResolvers } from '@clip-watch/basics';
import type { ClipModel, ImagePayload, ImageToEncode } from '@clip-watch/clip-client';
import type { ClipQuality } from '../clip-backlog.js';
import { errorCode, errorMessage } from '../error-code.js';
import type { WorkItem } from '../ledger-entry.js';
import type { DecodeHost, EncodeTarget, PictureFailure, PreparedPicture } from '../picture-types.js';
import { DECODER_AWAY } from './pass-end.js';

export type PictureStep =
  | { readonly kind: 'ready'; readonly image: ImageToEncode; readonly quality: ClipQuality; readonly source: string }
  | { readonly kind: 'failed'; readonly failure: PictureFailure }
  | { readonly kind: 'changed' }
  /** The decoder died while it was working on this photo, among others. */
  | { readonly kind: 'crashed' }
  /** No photo can be read: the decode host does not start or is closed. */
  | { readonly kind: 'no-decoder'; readonly reason: string }
  /** The drain is stopping; this says nothing about the photo. */
  | { readonly kind: 'dropped' };

export function targetOf(model: ClipModel): EncodeTarget {
  const { pixels, acceptedMediaTypes, maxImageBytes } = model;
  return {
    acceptedMediaTypes,
    ...(pixels === undefined ? {} : { pixels }),
    ...(maxImageBytes === undefined ? {} : { maxImageBytes }),
  };
}

/** Turns one candidate into what the encoder takes. Never throws: one bad file never stops a page. */
export async function preparePicture(
  item: WorkItem,
  target: EncodeTarget,
  options: { readonly decodeHost: Pick<DecodeHost, 'prepare'>; readonly signal: AbortSignal },
): Promise<PictureStep> {
  const { relPath, contentHash } = item.candidate;
  const { rootPath, rootIdentity } = item.library;
  const photo = { rootPath, rootIdentity, relPath, contentHash };
  try {
    const prepared = options.decodeHost.prepare(photo, target, { signal: options.signal, alone: item.alone });
    return toStep(item, await orAborted(prepared, options.signal));
  } catch (error) {
    return stepFromError(error, options.signal);
  }
}

function toStep(item: WorkItem, picture: PreparedPicture): PictureStep {
  if (picture.kind === 'changed') return { kind: 'changed' };
  if (picture.kind === 'failed') return { kind: 'failed', failure: picture };
  const { id, contentHash, relPath } = item.candidate;
  const ref = { contentHash, libraryId: String(item.library.id), relPath };
  const image = { imageId: id, ref, payload: toPayload(picture) };
  return { kind: 'ready', image, quality: picture.quality, source: picture.source };
}

export function toPayload(picture: Extract<PreparedPicture, { kind: 'pixels' | 'encoded' }>): ImagePayload {
  if (picture.kind === 'pixels')
    return { kind: 'rgb', width: picture.width, height: picture.height, data: picture.data };
  return { kind: 'encoded', data: picture.data, mediaType: picture.mediaType };
}

function stepFromError(error: unknown, signal: AbortSignal): PictureStep {
  const code = errorCode(error) ?? '';
  if (signal.aborted) return { kind: 'dropped' };
  if (code === 'CHILD_DIED') return { kind: 'crashed' };
  if (DECODER_AWAY.has(code)) return { kind: 'no-decoder', reason: errorMessage(error) };
  const message = `The decoder failed in an unexpected way: ${errorMessage(error)}`;
  return {
    kind: 'failed',
    failure: { kind: 'failed', reason: 'decoder_bug', errorClass: 'bug', sure: false, message },
  };
}

// A decoder that hangs must not hold up the end of the drain, even if it ignores the signal.
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
