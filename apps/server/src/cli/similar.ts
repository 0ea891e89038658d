import { basename, dirname } from 'node:path';
import { HostError, messageOf, systemCode } from '../errors.js';
import { openHost } from '../host/host.js';
import type { RealPlace } from '../library/folder-protocol.js';
import { findRealPlace } from '../library/real-place.js';
import type { WantedPhoto } from '../photos/on-demand-decoder.js';
import { openOriginal } from '../photos/open-original.js';
import { type CommandContext, onlyOperand } from './command.js';
import { locatePhoto } from './photo-path.js';
import { printHits } from './search.js';

/** `clip-watch similar PATH`: by a photo of a library, or by any picture file. */
export async function similar(context: CommandContext): Promise<number> {
  const typed = onlyOperand(context, 'one picture');
  await using host = await openHost(context.config, context.log, context.signal);
  const { row, path } = await locatePhoto(host.database, typed, context.cwd);
  if (row?.clip.status === 'encoded') return await printHits(context, host, { kind: 'image', imageId: row.id });
  const file = await findPicture(path);
  try {
    return await printHits(context, host, { kind: 'picture', file, ...(row === null ? {} : { exceptId: row.id }) });
  } catch (error) {
    if (!(error instanceof HostError) || error.code !== 'BAD_PICTURE') throw error;
    throw new HostError('BAD_PICTURE', `${path} cannot be compared: ${error.message}`, { cause: error });
  }
}

/** Looked at here, and read by the decoder. */
async function findPicture(path: string): Promise<WantedPhoto> {
  const real = await realPlaceOf(path);
  if (real.isFolder) throw new HostError('BAD_PATH', `${path} is a folder: name one picture`);
  const [rootPath, relPath] = [dirname(real.path), basename(real.path)];
  const opened = await openOriginal({ rootPath, rootIdentity: null }, relPath);
  if (opened.kind === 'refused') throw new HostError('BAD_PATH', `cannot read ${path}: ${opened.reason}`);
  await opened.handle.close();
  return { rootPath, rootIdentity: null, relPath, fileSize: opened.size };
}

async function realPlaceOf(path: string): Promise<RealPlace> {
  try {
    return await findRealPlace(path);
  } catch (error) {
    if (error instanceof HostError) throw error;
    if (systemCode(error) === 'ENOENT') throw new HostError('BAD_PATH', `${path} does not exist`, { cause: error });
    throw new HostError('BAD_PATH', `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}
