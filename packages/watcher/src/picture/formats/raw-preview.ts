/** The picture that a camera stored inside its RAW file: asked of ExifTool, measured and validated here. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { DecodeLimits } from '../host/host-protocol.js';
import type { TempNames } from '../host/temp-names.js';
import type { ExifTags, WorkerServices } from '../host/worker-services.js';
import { askThrough, type PhotoLink } from '../photo-link.js';
import { isVerdict, PictureProblem, problemFromSystemError } from '../photo-reasons.js';
import type { PictureInput } from './decode-sharp.js';
import { withOrientation } from './jpeg-orientation.js';
import { measurePicture, type PictureMeasure } from './measure-picture.js';
import {
  announcedBytes,
  announcedPreviews,
  type PreviewTag,
  parentOrientation,
  rankPreviews,
  type SizedPreview,
} from './preview-ranking.js';
import { sniffContent } from './sniff-content.js';

export const RAW_TAGS: readonly string[] = [
  '-FileType',
  '-MIMEType',
  '-IFD0:Orientation#',
  '-Orientation#',
  '-CanonRaw:Rotation#',
  '-JpgFromRaw',
  '-PreviewImage',
  '-OtherImage',
  '-JpgFromRaw2',
  '-ThumbnailImage',
  '-ThumbnailTIFF',
];

export interface Preview extends SizedPreview {
  readonly input: Extract<PictureInput, { kind: 'file' }>;
  readonly measure: PictureMeasure;
}

export interface PreviewRequest {
  /** A path to the same bytes that ExifTool may open. */
  readonly link: PhotoLink;
  readonly tags: ExifTags;
  /** Side of the model's input; decides which preview is ample. */
  readonly inputSize: number;
  readonly limits: DecodeLimits;
  readonly temp: TempNames;
  readonly services: WorkerServices;
}

/**
 * Hands the best preview to `use`; when that one turns out damaged, the next best: a header is no proof, a cut-off
 * preview has a good one.
 * @throws PictureProblem no_preview
 */
export async function extractEmbeddedJpegPreview<T>(
  request: PreviewRequest,
  use: (preview: Preview) => Promise<T>,
): Promise<T> {
  const orientation = parentOrientation(request.tags);
  let tried = 0;
  for (const group of announcedPreviews(request.tags)) {
    for (const preview of rankPreviews(await extractAll(request, group, orientation), request.inputSize)) {
      tried += 1;
      const used = await unlessDamaged(() => use(preview));
      if (used !== undefined) return used;
    }
  }
  throw new PictureProblem('no_preview', tried === 0 ? 'No preview is stored in it.' : 'Its previews are damaged.');
}

async function extractAll(
  request: PreviewRequest,
  tags: readonly PreviewTag[],
  orientation: number,
): Promise<Preview[]> {
  const found: Preview[] = [];
  for (const tag of tags) {
    const preview = await unlessDamaged(() => extractOne(request, tag, orientation));
    if (preview !== undefined) found.push(preview);
  }
  return found;
}

async function unlessDamaged<T>(attempt: () => Promise<T>): Promise<T | undefined> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof PictureProblem && isVerdict(error)) return undefined;
    throw error;
  }
}

/** Undefined: announced, but a stub, cut off, or not a picture. */
async function extractOne(request: PreviewRequest, tag: PreviewTag, orientation: number): Promise<Preview | undefined> {
  const target = request.temp.next('.preview');
  try {
    const found = await askThrough(request.link, (path) => request.services.extractTag(path, tag, target));
    if (!found) return undefined;
    const data = readFileSync(target);
    // On a full disk ExifTool writes what fits, and calls it done.
    if (data.length < announcedBytes(request.tags, tag)) assertRoom(request.temp);
    const content = sniffContent(data);
    if (content.name !== 'jpeg' && content.name !== 'tiff') return undefined;
    return await sized(tag, { kind: 'file', data, content, oriented: false }, orientation, request.limits);
  } finally {
    rmSync(target, { force: true });
  }
}

const ROOM_BYTES = 64 << 10;

/**
 * A little room is enough to know: a preview that was cut short by a full disk lies there still, and has taken what
 * there was. Written, not asked of the file system, which knows nothing of a quota.
 * @throws PictureProblem disk_full
 */
function assertRoom(temp: TempNames): void {
  const path = temp.next('.room');
  try {
    writeFileSync(path, Buffer.alloc(ROOM_BYTES), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw problemFromSystemError(error);
  } finally {
    rmSync(path, { force: true });
  }
}

async function sized(
  tag: PreviewTag,
  input: Extract<PictureInput, { kind: 'file' }>,
  orientation: number,
  limits: DecodeLimits,
): Promise<Preview> {
  const own = await measurePicture(input, limits);
  // Most previews carry no orientation of their own; the few that do know better than the parent.
  const turn = own.orientation === undefined && orientation > 1 && input.content.name === 'jpeg';
  if (!turn) return { tag, input, measure: own, width: own.width, height: own.height };
  const turned = { ...input, data: withOrientation(input.data, orientation) };
  const measure = await measurePicture(turned, limits);
  return { tag, input: turned, measure, width: measure.width, height: measure.height };
}
