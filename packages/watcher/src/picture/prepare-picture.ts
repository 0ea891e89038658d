/** One photo made ready for the encoder: opened, read once, hashed, and turned into what the encoder takes. */
import { readFileSync, rmSync } from 'node:fs';
import type { ChangedPhoto, CropBox, EncodeTarget, PhotoLocation, PreparedPicture } from '../picture-types.js';
import { type Content, sniffContent } from './formats/sniff-content.js';
import type { DecodeLimits, WebpPicture } from './host/host-protocol.js';
import type { TempNames } from './host/temp-names.js';
import type { WorkerServices } from './host/worker-services.js';
import { type LoadedPicture, withPicture } from './load-picture.js';
import { acceptsOriginal, makeJpeg } from './make-encoded.js';
import { makePixels } from './make-pixels.js';
import { makeThumbnail } from './make-thumbnail.js';
import { linkPhoto, linkUpload, type PhotoLink } from './photo-link.js';
import { PictureProblem } from './photo-reasons.js';
import { assertUnchanged, hashOf, type OpenPhoto, openPhoto, readPhoto } from './read-photo.js';

export interface PrepareContext {
  readonly limits: DecodeLimits;
  readonly temp: TempNames;
  readonly services: WorkerServices;
}

export interface PrepareRequest {
  readonly photo: PhotoLocation;
  /** Null: whatever the file holds. */
  readonly contentHash: string | null;
  readonly target: EncodeTarget;
  readonly crop?: CropBox | null;
}

export interface ThumbnailRequest {
  readonly photo: PhotoLocation;
  readonly contentHash: string;
  readonly maxSide: number;
}

/** Bytes in memory and a path to them for ExifTool. */
interface Source {
  readonly bytes: Buffer;
  readonly content: Content;
  readonly link: PhotoLink;
  readonly contentHash: string;
}

/** A preview should have this much when there is no model to ask. */
const DEFAULT_INPUT_SIDE = 448;

/** @throws PictureProblem */
export async function readImageForEncode(request: PrepareRequest, context: PrepareContext): Promise<PreparedPicture> {
  using photo = openPhoto(request.photo);
  const bytes = readWhole(photo, context);
  context.services.enter('decoding'); // the disk has answered
  const contentHash = hashOf(bytes);
  if (request.contentHash !== null && contentHash !== request.contentHash) return { kind: 'changed', contentHash };
  const content = sniffContent(bytes);
  using link = linkPhoto(photo, request.photo.relPath, { bytes, content }, context.temp);
  try {
    return await prepare({ bytes, content, link, contentHash }, request.target, request.crop ?? null, context);
  } catch (error) {
    throw stillGrowing(error, photo) ?? error;
  } finally {
    context.services.enter('reading');
    assertUnchanged(photo, bytes.length); // ExifTool read the file again: what it gave must be of these bytes
  }
}

/** Bytes that came from memory: their file in the temporary folder is ours and is removed. @throws PictureProblem */
export async function prepareSpooled(
  spoolPath: string,
  target: EncodeTarget,
  context: PrepareContext,
): Promise<PreparedPicture> {
  try {
    const bytes = readFileSync(spoolPath);
    assertFits(bytes.length, context.limits);
    context.services.enter('decoding');
    const content = sniffContent(bytes);
    using link = linkUpload(spoolPath, { bytes, content }, context.temp);
    return await prepare({ bytes, content, link, contentHash: hashOf(bytes) }, target, null, context);
  } finally {
    rmSync(spoolPath, { force: true });
  }
}

/** @throws PictureProblem */
export async function thumbnailOf(
  request: ThumbnailRequest,
  context: PrepareContext,
): Promise<WebpPicture | ChangedPhoto> {
  const { maxSide } = request;
  using photo = openPhoto(request.photo);
  const bytes = readWhole(photo, context);
  context.services.enter('decoding');
  const contentHash = hashOf(bytes);
  if (contentHash !== request.contentHash) return { kind: 'changed', contentHash };
  const content = sniffContent(bytes);
  using link = linkPhoto(photo, request.photo.relPath, { bytes, content }, context.temp);
  // Half: a preview counts as ample at twice this size, and a thumbnail needs no more than its own.
  const wanted = { ...context, bytes, content, link, inputSize: Math.ceil(maxSide / 2) };
  try {
    return await withPicture(wanted, (picture) => makeThumbnail(picture, maxSide));
  } finally {
    context.services.enter('reading');
    assertUnchanged(photo, bytes.length); // as above
  }
}

async function prepare(
  source: Source,
  target: EncodeTarget,
  crop: CropBox | null,
  context: PrepareContext,
): Promise<PreparedPicture> {
  const mediaType = originalType(source, target, crop);
  if (target.pixels === undefined && mediaType !== null) return original(source, mediaType);
  const inputSize = target.pixels?.inputSize ?? DEFAULT_INPUT_SIDE;
  try {
    return await withPicture({ ...context, ...source, inputSize }, (picture) => deliver(picture, source, target, crop));
  } catch (error) {
    const knows = mediaType !== null && error instanceof PictureProblem && onlyEncoderMayKnow(error);
    if (knows) return original(source, mediaType);
    throw error;
  }
}

async function deliver(
  picture: LoadedPicture,
  { contentHash }: Source,
  target: EncodeTarget,
  crop: CropBox | null,
): Promise<PreparedPicture> {
  const { quality, source } = picture;
  if (target.pixels === undefined)
    return { kind: 'encoded', contentHash, quality, source, ...(await makeJpeg(picture, target)) };
  const data = await makePixels(picture, target.pixels, { crop });
  const side = target.pixels.inputSize;
  return { kind: 'pixels', contentHash, width: side, height: side, data, quality, source };
}

/** What kind of file it is, when the encoder takes the file itself. A part of it cannot be sent this way. */
function originalType({ bytes, content }: Source, target: EncodeTarget, crop: CropBox | null): string | null {
  const { mediaType } = content;
  return crop === null && acceptsOriginal(target, mediaType, bytes.length) ? mediaType : null;
}

/** The data is a copy: the photo's own memory is used again for the next one. */
function original({ bytes, contentHash }: Source, mediaType: string): PreparedPicture {
  const data = new Uint8Array(bytes);
  return { kind: 'encoded', contentHash, data, mediaType, quality: 'full', source: `original ${mediaType}` };
}

const HOUR_MS = 3_600_000;

/** A file without an end that was written a moment ago may be on its way still. */
function stillGrowing(error: unknown, photo: OpenPhoto): PictureProblem | undefined {
  const recent = Date.now() - photo.modifiedAtMs < HOUR_MS;
  if (!recent || !(error instanceof PictureProblem) || error.reason !== 'truncated') return undefined;
  return new PictureProblem('truncated', error.message, { cause: error, sure: false });
}

function onlyEncoderMayKnow(problem: PictureProblem): boolean {
  return problem.reason === 'unsupported_media' || problem.reason === 'no_preview' || problem.reason === 'needs_perl';
}

function readWhole(photo: OpenPhoto, { limits, services }: PrepareContext): Buffer {
  assertFits(photo.size, limits);
  return readPhoto(photo, services.progress);
}

function assertFits(bytes: number, limits: DecodeLimits): void {
  if (bytes <= limits.maxFileBytes) return;
  throw new PictureProblem('too_large', `The file has ${Math.round(bytes / 2 ** 20)} MiB.`);
}
