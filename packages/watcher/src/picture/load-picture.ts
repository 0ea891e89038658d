/** From a photo's bytes to something that sharp can scale: each kind of content takes its own way. */
import type { ClipQuality } from '../clip-backlog.js';
import { isRawFile } from '../exclude/file-types.js';
import { isCutShort } from './formats/cut-short.js';
import type { PictureInput } from './formats/decode-sharp.js';
import { openHeic } from './formats/heic-decoder.js';
import { asAvif } from './formats/iso-media.js';
import { assertPixels, measurePicture } from './formats/measure-picture.js';
import { withEarlyExif } from './formats/png-exif.js';
import { extractEmbeddedJpegPreview, RAW_TAGS } from './formats/raw-preview.js';
import type { Content, TiffContent } from './formats/sniff-content.js';
import { holdsRaw, isOrdinaryPicture, mainPlace } from './formats/tiff-kind.js';
import { isPlainYcc } from './formats/tiff-samples.js';
import type { DecodeLimits } from './host/host-protocol.js';
import type { TempNames } from './host/temp-names.js';
import type { ExifTags, WorkerServices } from './host/worker-services.js';
import { MENDED_BYTES_PER_PIXEL, mendOf, mendPixels } from './mend-pixels.js';
import { askThrough, type PhotoLink } from './photo-link.js';
import { PictureProblem } from './photo-reasons.js';

/** What a picture is scaled from. Sizes are upright. */
export interface LoadedPicture {
  readonly input: PictureInput;
  readonly width: number;
  readonly height: number;
  /** Four inks instead of RGB. */
  readonly isCmyk?: boolean;
  readonly quality: ClipQuality;
  /** For the debug line, for example `OtherImage 1620x1080`. */
  readonly source: string;
}

export interface LoadRequest {
  readonly bytes: Buffer;
  readonly content: Content;
  /** A path to the same bytes that ExifTool may open. */
  readonly link: PhotoLink;
  /** Side of the model's input, or of the thumbnail: what a preview should have twice, and a HEVC thumbnail once. */
  readonly inputSize: number;
  readonly limits: DecodeLimits;
  readonly temp: TempNames;
  readonly services: WorkerServices;
}

// Measured: WebAssembly holds the planes, then RGB, then the copy that leaves it.
const HEIC_BYTES_PER_PIXEL = 12;

/**
 * Opens the picture within the memory budget and lets `use` scale it; nothing of it is kept afterwards.
 * @throws PictureProblem
 */
export async function withPicture<T>(request: LoadRequest, use: (picture: LoadedPicture) => Promise<T>): Promise<T> {
  const { bytes, content } = request;
  if (bytes.length === 0) throw new PictureProblem('empty_file', 'The file has 0 bytes.');
  switch (content.way) {
    case 'sharp':
      return withFile(request, content, use);
    case 'tiff':
      return withTiff(request, content, use);
    case 'heif':
      return withHeic(request, content, use);
    case 'raw':
      return withRaw(request, await tagsOf(request), use);
    case 'unsupported':
      throw new PictureProblem('unsupported_media', `The content is ${content.name}.`);
    case 'none':
      throw new PictureProblem('not_an_image', 'The content is no picture.');
  }
}

/** A file that sharp opens itself, and which of its pictures. */
export function fileInput(data: Buffer, content: Content): Extract<PictureInput, { kind: 'file' }> {
  const file = { kind: 'file', data, content, oriented: false } as const;
  if (content.way === 'tiff') return { ...file, place: mainPlace(content.tiff) };
  switch (content.name) {
    case 'avif': // libheif has turned it already: its EXIF orientation must not be applied again
      return { ...file, data: asAvif(data), oriented: true };
    case 'png':
      return { ...file, data: withEarlyExif(data) };
    default:
      return file;
  }
}

async function withFile<T>(
  request: LoadRequest,
  content: Content,
  use: (picture: LoadedPicture) => Promise<T>,
): Promise<T> {
  const input = fileInput(request.bytes, content);
  if (content.way === 'tiff' && isPlainYcc(content.tiff))
    throw new PictureProblem('unsupported_media', 'The TIFF holds YCbCr without JPEG.');
  if (content.name === 'avif' && isCutShort(request.bytes, content))
    throw new PictureProblem('truncated', 'The end of the AVIF file is missing.');
  const measure = await measurePicture(input, request.limits);
  const { width, height, isCmyk } = measure;
  const picture = {
    input,
    width,
    height,
    isCmyk,
    quality: 'full',
    source: `${content.name} ${width}x${height}`,
  } as const;
  const mend = mendOf(input);
  if (mend === undefined) {
    using _place = await request.services.admit(measure.bytes);
    return await use(picture);
  }
  assertPixels(width, height, request.limits.maxWholePixels);
  using _place = await request.services.admit(measure.bytes + width * height * MENDED_BYTES_PER_PIXEL);
  return await use({ ...picture, input: await mendPixels(input, mend), isCmyk: false });
}

/** TIFF is also the container of most RAW formats, and a decoder for TIFF happily takes their stamp-sized thumbnail. */
async function withTiff<T>(
  request: LoadRequest,
  content: TiffContent,
  use: (picture: LoadedPicture) => Promise<T>,
): Promise<T> {
  const tags = await rawTagsOf(request);
  if (!isRawTiff(content, request.link.path, tags)) return withFile(request, content, use);
  try {
    return await withRaw(request, tags ?? needsPerl(), use);
  } catch (error) {
    // ExifTool takes a plain TIFF for RAW when its name ends like one.
    const hasNone = error instanceof PictureProblem && error.reason === 'no_preview';
    if (!hasNone || !isOrdinaryPicture(content.tiff)) throw error;
    return withFile(request, content, use);
  }
}

/** @param tags null when ExifTool cannot run */
export function isRawTiff({ tiff }: TiffContent, name: string, tags: ExifTags | null): boolean {
  if (holdsRaw(tiff)) return true;
  if (tags === null) return isRawFile(name);
  const type = tags['File:FileType'];
  return type !== undefined && type !== 'TIFF' && type !== 'BTF';
}

async function withRaw<T>(
  request: LoadRequest,
  tags: ExifTags,
  use: (picture: LoadedPicture) => Promise<T>,
): Promise<T> {
  return extractEmbeddedJpegPreview({ ...request, tags }, async ({ tag, input, measure }) => {
    using _place = await request.services.admit(measure.bytes);
    const { width, height } = measure;
    const quality = Math.min(width, height) < request.inputSize ? 'low' : 'preview';
    return await use({ input, width, height, quality, source: `${tag} ${width}x${height}` });
  });
}

function rawTagsOf({ link, services }: LoadRequest): Promise<ExifTags | null> {
  return askThrough(link, (path) => services.readTags(path, RAW_TAGS));
}

async function tagsOf(request: LoadRequest): Promise<ExifTags> {
  return (await rawTagsOf(request)) ?? needsPerl();
}

function needsPerl(): never {
  throw new PictureProblem('needs_perl', 'RAW previews are read by ExifTool.');
}

async function withHeic<T>(
  request: LoadRequest,
  content: Content,
  use: (picture: LoadedPicture) => Promise<T>,
): Promise<T> {
  // libheif paints missing tiles black and says nothing.
  if (isCutShort(request.bytes, content)) throw new PictureProblem('truncated', 'The end of the HEIC file is missing.');
  using file = openHeic(request.bytes);
  const pixels = file.width * file.height;
  if (pixels > request.limits.maxWholePixels) return await withHeicThumbnail(file, request, use);
  using _place = await request.services.admit(pixels * HEIC_BYTES_PER_PIXEL);
  const { width, height, channels, data } = file.decode();
  const input = { kind: 'raw', width, height, channels, data } as const;
  return await use({ input, width, height, quality: 'full', source: `heic ${width}x${height}` });
}

async function withHeicThumbnail<T>(
  file: ReturnType<typeof openHeic>,
  request: LoadRequest,
  use: (picture: LoadedPicture) => Promise<T>,
): Promise<T> {
  const thumbnail = file.decodeThumbnail();
  if (thumbnail === undefined) {
    assertPixels(file.width, file.height, request.limits.maxWholePixels);
    throw new PictureProblem('no_preview', 'Its thumbnail cannot be decoded.');
  }
  const { width, height, channels, data } = thumbnail;
  const input = { kind: 'raw', width, height, channels, data } as const;
  return use({ input, width, height, quality: 'low', source: `heic-thumbnail ${width}x${height}` });
}
