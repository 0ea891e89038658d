import { readFile, statfs } from 'node:fs/promises';
import { deadlineSignal } from '@clip-watch/basics';
import type { Database } from '@clip-watch/db';
import { openDecodeHost, STARTER_MODEL } from '@clip-watch/watcher';
import { HostError, messageOf } from '../errors.js';
import { openDataFolder } from '../host/data-folder.js';
import { openStore } from '../host/host.js';
import { openClient, startApollo } from '../host/open-encoder.js';
import { type CommandContext, encoderPatienceMs } from './command.js';

/** `limited`: works, with less. `broken`: stops the work. */
export interface Check {
  readonly name: string;
  readonly state: 'fine' | 'limited' | 'broken';
  readonly detail: string;
  /** What to do; null when nothing is. */
  readonly remedy: string | null;
}

export type Verdict = Omit<Check, 'name'>;

const fine = (detail: string): Verdict => ({ state: 'fine', detail, remedy: null });

interface Part {
  readonly name: string;
  look(): Promise<Verdict>;
  /** What to do when it cannot even be looked at. */
  readonly remedy: string;
}

/** Looks at each part on its own: one that fails does not keep the others from being looked at. */
export async function runChecks(context: CommandContext): Promise<readonly Check[]> {
  const results: Check[] = [];
  for (const { name, look, remedy } of partsOf(context)) {
    const verdict = await look().catch((error: unknown) => toBroken(name, error, remedy));
    results.push({ name, ...verdict });
  }
  return results;
}

function partsOf(context: CommandContext): readonly Part[] {
  const database = 'Restore the database from a copy (docs/database.md), or move it away and index the folders anew.';
  return [
    { name: 'node', look: async () => fine(process.version), remedy: REINSTALL },
    { name: 'perl', look: checkPerl, remedy: REINSTALL },
    { name: 'pictures', look: checkPictures, remedy: REINSTALL },
    {
      name: 'data',
      look: () => checkDisk(context),
      remedy: 'Give this user write access to it, or name another folder with CLIP_WATCH_DATA_DIR.',
    },
    { name: 'database', look: () => checkDatabase(context), remedy: database },
    { name: 'libraries', look: () => checkLibraries(context), remedy: database },
    { name: 'inotify', look: checkWatches, remedy: 'Nothing: changes are found by scans.' },
    {
      name: 'encoder',
      look: () => checkEncoder(context),
      remedy: 'Mend what it names, or unset CLIP_MODEL_DIR and CLIP_MODEL to begin with the built-in model.',
    },
  ];
}

const REINSTALL = 'Install the packages anew: npm start.';

function toBroken(name: string, error: unknown, remedy: string): Verdict {
  const isData = error instanceof HostError && error.code === 'DATA_FOLDER';
  if (isData && name !== 'data')
    return { state: 'broken', detail: 'cannot be looked at without the data folder.', remedy: 'See data.' };
  // Its own line names the remedy that stands beside it here.
  const words = messageOf(isData ? error.cause : error);
  return { state: 'broken', detail: words.endsWith('.') ? words : `${words}.`, remedy };
}

/** ExifTool itself is asked: it knows more places than the path. */
async function checkPerl(): Promise<Verdict> {
  await using decodeHost = await openDecodeHost({ threads: 1 });
  if (decodeHost.limitation === null) return fine('is here, for RAW previews and EXIF');
  return {
    state: 'limited',
    detail: 'is missing: RAW files cannot be encoded and EXIF data is not read.',
    remedy: 'Install the package perl.',
  };
}

// The smallest GIF: one pixel.
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAP8AAAAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64');

async function checkPictures(): Promise<Verdict> {
  await using decodeHost = await openDecodeHost({ threads: 1 });
  const pixels = {
    resizeMode: 'shortest-side-center-crop',
    resampleFilter: 'bicubic',
    resizeSize: 32,
    inputSize: 32,
  } as const;
  const picture = await decodeHost.prepareBytes(PIXEL, { pixels, acceptedMediaTypes: [] });
  if (picture.kind !== 'pixels')
    return {
      state: 'broken',
      detail: 'the decoder cannot decode a known good picture.',
      remedy: REINSTALL,
    };
  return fine(`can be decoded (${decodeHost.decoderVersion})`);
}

const LOW_DISK_BYTES = 1e9;

async function checkDisk({ config }: CommandContext): Promise<Verdict> {
  openDataFolder(config.dataDir);
  const { bavail, bsize } = await statfs(config.dataDir);
  const free = bavail * bsize;
  const detail = `${config.dataDir}, ${(free / 1e9).toFixed(1)} GB free`;
  return free > LOW_DISK_BYTES
    ? fine(detail)
    : { state: 'limited', detail, remedy: 'Free some space: encoding pauses when the disk is full.' };
}

async function withStore<T>({ config, log }: CommandContext, use: (database: Database) => Promise<T>): Promise<T> {
  await using database = await openStore(config, log);
  return await use(database);
}

function checkDatabase(context: CommandContext): Promise<Verdict> {
  return withStore(context, async ({ images, clipState }) => {
    const [{ photos, encoded }, { modelName }] = await Promise.all([images.counters(), clipState.read()]);
    return fine(`${photos} photos, ${encoded} encoded${modelName === null ? '' : ` by ${modelName}`}`);
  });
}

function checkLibraries(context: CommandContext): Promise<Verdict> {
  return withStore(context, async ({ libraries }) => {
    const all = await libraries.list();
    const away = all.filter(({ state }) => state !== 'online');
    if (all.length === 0)
      return { state: 'limited', detail: 'there is none yet.', remedy: 'Add one: clip-watch index FOLDER.' };
    if (away.length === 0) return fine(`${all.length} online`);
    return {
      state: 'limited',
      detail: away.map(({ name, stateReason }) => `${name}: ${stateReason ?? 'not online'}`).join(' '),
      remedy: 'Nothing was deleted: it is looked at again with the next scan.',
    };
  });
}

const MANY_WATCHES = 65_536;

async function checkWatches(): Promise<Verdict> {
  if (process.platform !== 'linux') return fine('is not used on this system');
  return watchesVerdict(Number(await readFile('/proc/sys/fs/inotify/max_user_watches', 'utf8')));
}

/** @param most folders that one user may watch */
export function watchesVerdict(most: number): Verdict {
  if (most >= MANY_WATCHES) return fine(`${most} folders can be watched`);
  return {
    state: 'limited',
    detail: `only ${most} folders can be watched; beyond that, changes are found by scans.`,
    remedy: 'Raise fs.inotify.max_user_watches.',
  };
}

const ENCODER_PATIENCE_MS = 10_000;

async function checkEncoder(context: CommandContext): Promise<Verdict> {
  const { config, log, signal } = context;
  if (!config.apolloUrl.enabled)
    return {
      state: 'limited',
      detail: 'is disabled (APOLLO_URL=disabled): nothing is encoded.',
      remedy: 'Set APOLLO_URL=embedded, or to the address of one.',
    };
  await using apollo = config.apolloUrl.embedded ? await startApollo(config, log, { threads: 1, signal }) : null;
  await using client = openClient(config, log, apollo);
  const patience = deadlineSignal(encoderPatienceMs(context, ENCODER_PATIENCE_MS), signal);
  const model = await client.whenReady({ signal: patience }).catch(() => null);
  if (model === null) {
    const reason = client
      .health()
      .encoders.map(({ address, state, reason }) => `${address}: ${reason ?? state}`)
      .join('; ');
    return {
      state: 'broken',
      detail: `no encoder answers. ${reason}.`,
      remedy: 'Start it, or set APOLLO_URL=embedded.',
    };
  }
  if (model.name !== STARTER_MODEL) return fine(`${model.name} (${model.version}, ${model.dimension} numbers)`);
  return {
    state: 'limited',
    detail: 'the built-in starter model serves: it knows colours, brightness and contrast only.',
    remedy: 'For real words give it a CLIP model with CLIP_MODEL_DIR.',
  };
}
