import { basename, dirname } from 'node:path';
import { HostError, messageOf, systemCode } from '../errors.js';
import { openHost } from '../host/host.js';
import type { RealPlace } from '../library/folder-protocol.js';
import { findRealPlace } from '../library/real-place.js';
import { openOriginal } from '../photos/open-original.js';
import { type CommandContext, onlyOperand } from './command.js';
import { locatePhoto } from './photo-path.js';
import { printHits } from './search.js';

const LARGEST_BYTES = 512 << 20;

/** `clip-watch similar PATH`: by a photo of a library, or by any picture file. */
export async function similar(context: CommandContext): Promise<number> {
  const typed = onlyOperand(context, 'one picture');
  await using host = await openHost(context.config, context.log);
  const { row, path } = await locatePhoto(host.database, typed, context.cwd);
  if (row?.clip.status === 'encoded') return await printHits(context, host, { kind: 'image', imageId: row.id });
  const bytes = await readPicture(path);
  try {
    return await printHits(context, host, { kind: 'bytes', bytes, ...(row === null ? {} : { exceptId: row.id }) });
  } catch (error) {
    if (!(error instanceof HostError) || error.code !== 'BAD_PICTURE') throw error;
    throw new HostError('BAD_PICTURE', `${path} cannot be compared: ${error.message}`, { cause: error });
  }
}

async function readPicture(path: string): Promise<Uint8Array> {
  const real = await realPlaceOf(path);
  if (real.isFolder) throw new HostError('BAD_PATH', `${path} is a folder: name one picture`);
  const opened = await openOriginal({ rootPath: dirname(real.path), rootIdentity: null }, basename(real.path));
  if (opened.kind === 'refused') throw new HostError('BAD_PATH', `cannot read ${path}: ${opened.reason}`);
  await using file = opened.handle;
  if (opened.size > LARGEST_BYTES) throw new HostError('BAD_PATH', `${path} is too large`);
  return await file.readFile();
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
