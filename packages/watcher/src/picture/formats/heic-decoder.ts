/** HEIC and HEIF to pixels, by libheif in WebAssembly. It has applied rotation and mirroring: EXIF must not again. */

import { PictureProblem, saysTooLarge } from '../photo-reasons.js';
import { unpremultiply } from './alpha.js';
import { dropLibheif, type LibheifModule, takeLibheif } from './libheif.js';

export interface HeicPixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  readonly data: Buffer;
}

/** An opened file. Its sizes are those after rotation. */
export interface HeicFile extends Disposable {
  readonly width: number;
  readonly height: number;
  /** @throws PictureProblem corrupt, unsupported_media, too_many_pixels */
  decode(): HeicPixels;
  /** The first HEVC thumbnail that decodes, or undefined. */
  decodeThumbnail(): HeicPixels | undefined;
}

const COLORSPACE_RGB = 1;
const CHANNEL_INTERLEAVED = 10;
const CHROMA_INTERLEAVED_RGB = 10;
const CHROMA_INTERLEAVED_RGBA = 11;
const ERROR_UNSUPPORTED_FEATURE = 4;
const ERROR_MEMORY = 6;

/** @throws PictureProblem corrupt, unsupported_media, too_many_pixels */
export function openHeic(bytes: Uint8Array): HeicFile {
  const heif = takeLibheif();
  const scratch = heif._malloc(16) >>> 0; // 12 bytes of heif_error, then a pointer
  const data = heif._malloc(bytes.length) >>> 0;
  if (data === 0) throw new PictureProblem('too_many_pixels', 'There is not enough memory for this HEIC file.');
  heif.HEAPU8.set(bytes, data);
  const context = heif._heif_context_alloc();
  const handles: number[] = [];
  const release = (): void => {
    for (const handle of handles) heif._heif_image_handle_release(handle);
    heif._heif_context_free(context);
    heif._free(data);
    heif._free(scratch);
  };
  const out = scratch + 12;
  const call = (run: () => void): number => checked(heif, scratch, run, out);
  try {
    call(() => heif._heif_context_read_from_memory_without_copy(scratch, context, data, bytes.length, 0));
    const primary = call(() => heif._heif_context_get_primary_image_handle(scratch, context, out));
    handles.push(primary);
    return {
      width: heif._heif_image_handle_get_width(primary),
      height: heif._heif_image_handle_get_height(primary),
      decode: () => decodeHandle(heif, primary, scratch),
      decodeThumbnail: () => firstThumbnail(heif, primary, scratch, handles),
      [Symbol.dispose]: release,
    };
  } catch (error) {
    if (error instanceof PictureProblem) release();
    throw error;
  }
}

function firstThumbnail(
  heif: LibheifModule,
  primary: number,
  scratch: number,
  handles: number[],
): HeicPixels | undefined {
  const count = heif._heif_image_handle_get_number_of_thumbnails(primary);
  const ids = heif._malloc(4 * Math.max(1, count)) >>> 0;
  const found = heif._heif_image_handle_get_list_of_thumbnail_IDs(primary, ids, count);
  const list = Array.from({ length: found }, (_, index) => readInt(heif, ids + 4 * index));
  heif._free(ids);
  for (const id of list) {
    try {
      const out = scratch + 12;
      const handle = checked(
        heif,
        scratch,
        () => heif._heif_image_handle_get_thumbnail(scratch, primary, id, out),
        out,
      );
      handles.push(handle);
      return decodeHandle(heif, handle, scratch);
    } catch (error) {
      if (!(error instanceof PictureProblem)) throw error; // a damaged thumbnail: the next one may do
    }
  }
  return undefined;
}

function decodeHandle(heif: LibheifModule, handle: number, scratch: number): HeicPixels {
  const channels = heif._heif_image_handle_has_alpha_channel(handle) === 0 ? 3 : 4;
  const chroma = channels === 3 ? CHROMA_INTERLEAVED_RGB : CHROMA_INTERLEAVED_RGBA;
  const out = scratch + 12;
  const decode = (): void => heif._heif_decode_image(scratch, handle, out, COLORSPACE_RGB, chroma, 0);
  const image = checked(heif, scratch, decode, out);
  try {
    const pixels = copyPixels(heif, image, channels, scratch);
    if (channels === 4 && heif._heif_image_handle_is_premultiplied_alpha(handle) !== 0) unpremultiply(pixels.data);
    return pixels;
  } finally {
    heif._heif_image_release(image);
  }
}

/** Rows are padded to a stride; the copy is not. */
function copyPixels(heif: LibheifModule, image: number, channels: 3 | 4, scratch: number): HeicPixels {
  const width = heif._heif_image_get_primary_width(image);
  const height = heif._heif_image_get_primary_height(image);
  const plane = heif._heif_image_get_plane_readonly(image, CHANNEL_INTERLEAVED, scratch) >>> 0;
  const stride = readInt(heif, scratch);
  const row = width * channels;
  const data = Buffer.allocUnsafeSlow(row * height);
  for (let y = 0; y < height; y += 1) {
    data.set(heif.HEAPU8.subarray(plane + y * stride, plane + y * stride + row), y * row);
  }
  return { width, height, channels, data };
}

/** Runs a call that writes a heif_error to `scratch`; @returns what it wrote to `out` */
function checked(heif: LibheifModule, scratch: number, run: () => void, out: number): number {
  try {
    run();
  } catch (error) {
    dropLibheif(); // a trap inside WebAssembly, for example out of memory
    throw new PictureProblem('corrupt', 'The HEIC decoder gave up.', { cause: error });
  }
  const code = readInt(heif, scratch);
  if (code === 0) return readInt(heif, out) >>> 0;
  const message = readText(heif, readInt(heif, scratch + 8) >>> 0);
  throw new PictureProblem(reasonFor(code, message), `HEIC: ${message}.`);
}

function reasonFor(code: number, message: string): 'unsupported_media' | 'too_many_pixels' | 'corrupt' {
  const isDamage = /maximum image size/.test(message) && !saysTooLarge(message);
  if (!isDamage && (code === ERROR_MEMORY || saysTooLarge(message))) return 'too_many_pixels';
  return code === ERROR_UNSUPPORTED_FEATURE ? 'unsupported_media' : 'corrupt';
}

function readInt(heif: LibheifModule, pointer: number): number {
  return heif.HEAP32[pointer >>> 2] ?? 0;
}

function readText(heif: LibheifModule, pointer: number): string {
  const end = heif.HEAPU8.indexOf(0, pointer);
  return Buffer.from(heif.HEAPU8.subarray(pointer, Math.min(end, pointer + 200))).toString('utf8');
}
