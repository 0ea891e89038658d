/** The decode host: what the rest of the program sees of everything that touches photos. */
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeOwnedFolder, sweepLeftovers } from '@clip-watch/processes';
import type { CropBox, DecodeHost, PhotoLocation } from '../../picture-types.js';
import { createDispatch, type DecodeDispatch } from './decode-dispatch.js';
import { type DecodeHostOptions, resolveDecodeHostOptions } from './decode-host-options.js';
import type { DecodeLane } from './decode-lane.js';
import { expectKind } from './decode-reply.js';
import type { DecoderVersions } from './host-protocol.js';

const WITHOUT_PERL =
  'Perl is not installed, so RAW photos and the EXIF data of some cameras cannot be read. JPEG, PNG, WebP, AVIF and HEIC work. Install the package perl and restart.';
const PREPARED = ['pixels', 'encoded', 'changed'] as const;

/**
 * Starts the decode child. What hosts of ended processes left in the temporary folder is removed.
 * @throws TypeError for options out of bounds; DecodeHostError START_FAILED
 */
export async function openDecodeHost(options: DecodeHostOptions = {}): Promise<DecodeHost> {
  const resolved = resolveDecodeHostOptions(options);
  await sweepLeftovers(resolved.tempParent);
  const tempFolder = makeOwnedFolder(resolved.tempParent, 'decode');
  const dispatch = createDispatch(resolved, tempFolder);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= dispatch.close().then(() => rm(tempFolder, { recursive: true, force: true }));
    return closing;
  };
  try {
    const { versions } = await dispatch.main.warmUp();
    return { ...calls(dispatch, tempFolder), ...facts(dispatch, versions), close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A caller's object may hold more: what is cloned to the child is this. */
function toLocation({ rootPath, rootIdentity, relPath }: PhotoLocation): PhotoLocation {
  return { rootPath, rootIdentity, relPath };
}

type Calls = Pick<DecodeHost, 'prepare' | 'ingest' | 'thumbnail' | 'prepareForSearch' | 'prepareBytes'>;

function calls(dispatch: DecodeDispatch, tempFolder: string): Calls {
  return {
    async prepare(photo, target, options = {}) {
      const { contentHash } = photo;
      const call = { kind: 'prepare', photo: toLocation(photo), contentHash, target } as const;
      return expectKind(await dispatch.call(call, options), PREPARED);
    },
    async ingest(photo, options = {}) {
      return expectKind(await dispatch.call({ kind: 'ingest', photo: toLocation(photo) }, options), ['facts']);
    },
    async thumbnail(photo, { maxSide, signal }) {
      const { contentHash } = photo;
      const call = { kind: 'thumbnail', photo: toLocation(photo), contentHash, maxSide } as const;
      return expectKind(await dispatch.call(call, { signal, urgent: true }), ['webp', 'changed']);
    },
    async prepareForSearch(photo, target, { signal, crop = null } = {}) {
      if (crop !== null) assertCrop(crop);
      const { contentHash = null } = photo;
      const call = { kind: 'prepareForSearch', photo: toLocation(photo), contentHash, target, crop } as const;
      return expectKind(await dispatch.call(call, { signal, urgent: true }), PREPARED);
    },
    async prepareBytes(bytes, target, { signal } = {}) {
      const spoolPath = join(tempFolder, `${randomUUID()}.upload`);
      await writeFile(spoolPath, bytes, { flag: 'wx', mode: 0o600 });
      const call = { kind: 'prepareBytes', spoolPath, target } as const;
      try {
        return expectKind(await dispatch.call(call, { signal, urgent: true }), PREPARED);
      } finally {
        await rm(spoolPath, { force: true });
      }
    },
  };
}

function facts(
  { lanes }: DecodeDispatch,
  versions: DecoderVersions,
): Pick<DecodeHost, 'decoderVersion' | 'limitation' | 'stats'> {
  const sum = (of: (lane: DecodeLane) => number): number => lanes.reduce((total, lane) => total + of(lane), 0);
  return {
    decoderVersion: versions.decoder,
    limitation: versions.exifTool === null ? WITHOUT_PERL : null,
    stats: () => ({
      children: sum((lane) => lane.children),
      restarts: sum((lane) => lane.restarts),
      inFlight: sum((lane) => lane.inFlight),
      rssBytes: sum((lane) => lane.rssBytes),
    }),
  };
}

/** @throws RangeError for a part that is empty or lies beyond the picture */
function assertCrop({ x, y, width, height }: CropBox): void {
  const inside = x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= 1 && y + height <= 1;
  if (!inside) throw new RangeError(`the part ${x}, ${y}, ${width} x ${height} is not within the picture`);
}
