import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ClipClient } from '@clip-watch/clip-client';
import { type Database, openDatabase } from '@clip-watch/db';
import {
  type BacklogDrain,
  compileExcluder,
  type DecodeHost,
  drainOf,
  openDecodeHost,
  services,
} from '@clip-watch/watcher';
import type { Logger } from 'pino';
import type { ApiClipStatus } from '../api/index.js';
import type { Config } from '../config/config.js';
import { createSettingsKeeper, keptSettingsFlaw, type SettingsKeeper } from '../config/kept-settings.js';
import { createActiveTexts } from '../encoder/active-texts.js';
import type { EmbeddedApollo } from '../encoder/embedded-apollo.js';
import { createLocalTexts } from '../encoder/local-texts.js';
import { HostError, messageOf } from '../errors.js';
import { createLibraryKeeper, type LibraryKeeper } from '../library/library-keeper.js';
import { createOnDemandDecoder, type OnDemandDecoder } from '../photos/on-demand-decoder.js';
import { loadPlugins, WATCHER } from '../plugins/load-plugins.js';
import { createPluginHost, type PluginHost } from '../plugins/plugin-host.js';
import { openQueryVectors, type QueryVectors } from '../search/query-vectors.js';
import { openSearchIndex, type SearchIndex } from '../search/search-index.js';
import { createSearchService, type SearchService } from '../search/search-service.js';
import { createWantedIndex } from '../search/wanted-index.js';
import { readClipStatus } from './clip-status.js';
import { type CloseStack, createCloseStack } from './close-stack.js';
import { closeDataFolder } from './close-to-others.js';
import { databaseUrlOf, openDataFolder } from './data-folder.js';
import { createDrainControl, type DrainControl } from './drain-control.js';
import { followModelSetting } from './model-switch.js';
import { openClient, openClientAt, startApollo } from './open-encoder.js';
import { orLeave } from './or-leave.js';

/** Everything that a server process opens, once. Nothing is scanned or encoded before `keeper.start()`. */
export interface Host extends AsyncDisposable {
  /** As it was opened. */
  readonly config: Config;
  /** Of the host itself. */
  readonly log: Logger;
  /** Opened first, closed last. */
  readonly database: Database;
  readonly decodeHost: DecodeHost;
  /** Decodes for callers that are waiting for the answer. */
  readonly onDemand: OnDemandDecoder;
  /** The encoders. */
  readonly clipClient: ClipClient;
  /** A client of one encoder alone, which accepts any model: to ask what it serves. */
  clientAt(address: string): ClipClient;
  readonly apollo: EmbeddedApollo | null;
  /** Libraries: add, remove, scan. */
  readonly keeper: LibraryKeeper;
  /** Running plugins. */
  readonly plugins: PluginHost;
  /** Undefined when the watcher plugin is switched off. */
  readonly drain: BacklogDrain | undefined;
  readonly control: DrainControl;
  /** Keeps what is changed while the server runs for its next start. */
  readonly kept: SettingsKeeper;
  /** Search by words, photo or picture. */
  readonly search: SearchService;
  status(): Promise<ApiClipStatus>;
  /** Closes everything in reverse order, each part within its grace period. Returns the same promise every time. */
  close(): Promise<void>;
}

/**
 * Opens the data folder and the database, which is all that commands need to read.
 * @throws HostError DATA_FOLDER; DatabaseError
 */
export function openStore(config: Config, log: Logger): Promise<Database> {
  openDataFolder(config.dataDir);
  closeDataFolder(config.dataDir, log);
  const flaw = keptSettingsFlaw(config.dataDir);
  if (flaw !== null) log.warn(flaw);
  return openDatabase({ url: databaseUrlOf(config), log: log.child({ component: 'db' }) });
}

/**
 * Opens everything that a server or a command works with, in order; `close` of the result ends it in reverse.
 * @param signal gives up the opening
 * @throws HostError and DatabaseError, each with one line for people, or the signal's reason. Nothing stays open then
 */
export async function openHost(config: Config, log: Logger, signal?: AbortSignal): Promise<Host> {
  checkExcludes(config.excludedDirs);
  const stack = createCloseStack(log);
  try {
    return await openParts(config, log, { stack, signal });
  } catch (error) {
    await stack.close();
    throw error;
  }
}

/** A pattern that is not understood would exclude nothing, so the server refuses to start with it. */
function checkExcludes(excludedDirs: readonly string[]): void {
  try {
    compileExcluder(excludedDirs);
  } catch (error) {
    throw new HostError('BAD_SETTINGS', `EXCLUDED_DIRS: ${messageOf(error)}`, { cause: error });
  }
}

interface Opening {
  readonly stack: CloseStack;
  readonly signal: AbortSignal | undefined;
}

async function openParts(config: Config, log: Logger, { stack, signal }: Opening): Promise<Host> {
  const database = await openStore(config, log);
  stack.add('database', () => database.close());
  signal?.throwIfAborted();
  const children = createCloseStack(log);
  const threads = threadsFor(config.clipCpuShare);
  const [decodeHost, apollo] = await openChildren(config, log, { threads, children, signal });
  const clipClient = openClient(config, log, apollo);
  // Closed at the same time, so that the grace periods of several that hang do not add up.
  stack.add('children', () => Promise.all([children.close(), clipClient.close()]).then(() => {}), 5_000);
  const clientAt = (address: string): ClipClient => openClientAt(config, log, address);
  await orLeave(followModelSetting({ config, database, clipClient, clientAt, log }, apollo), signal);
  const opened = { config, log, database, decodeHost, clipClient, clientAt, apollo };
  const host = await openLoops(opened, { stack, signal });
  return { ...host, close: () => stack.close(), [Symbol.asyncDispose]: () => stack.close() };
}

function threadsFor(cpuShare: number): number {
  return Math.max(1, Math.round((availableParallelism() * cpuShare) / 100));
}

async function openChildren(
  config: Config,
  log: Logger,
  { threads, children, signal }: Omit<Opening, 'stack'> & { readonly threads: number; readonly children: CloseStack },
): Promise<[DecodeHost, EmbeddedApollo | null]> {
  const opening = [
    openDecodeHost({ threads, log: log.child({ component: 'decode' }) }),
    config.apolloUrl.embedded ? startApollo(config, log, { threads, signal }) : Promise.resolve(null),
  ] as const;
  const [decodeHost, apollo] = await Promise.allSettled(opening);
  if (decodeHost.status === 'fulfilled') children.add('decode host', () => decodeHost.value.close(), 4_000);
  if (apollo.status === 'fulfilled' && apollo.value !== null)
    children.add('encoder', () => apollo.value?.close(), 4_000);
  const isGivenUp = signal?.aborted ?? false;
  if (decodeHost.status === 'fulfilled' && apollo.status === 'fulfilled' && !isGivenUp)
    return [decodeHost.value, apollo.value];
  await children.close();
  signal?.throwIfAborted();
  throw apollo.status === 'rejected' ? apollo.reason : (decodeHost as PromiseRejectedResult).reason;
}

/** All encoders are elsewhere, but there is a model here, which can encode words while they are away. */
function hasOwnTexts({ apolloUrl, clipModelDir }: Config): boolean {
  return apolloUrl.addresses.length > 0 && !apolloUrl.embedded && clipModelDir !== null;
}

type Opened = Pick<Host, 'config' | 'log' | 'database' | 'decodeHost' | 'clipClient' | 'clientAt' | 'apollo'>;

async function openLoops(
  opened: Opened,
  { stack, signal }: Opening,
): Promise<Omit<Host, 'close' | typeof Symbol.asyncDispose>> {
  const { config, log, database, decodeHost, clipClient } = opened;
  const index = openSearchIndex({ database, log: log.child({ component: 'search' }) });
  stack.add('search', () => index.close(), 4_000);
  const plugins = createPluginHost({
    services: new Map<string, unknown>([
      ['database', database],
      [services.backlog.name, database.backlog],
      [services.decodeHost.name, decodeHost],
      [services.clipClient.name, clipClient],
    ]),
    libraries: () => keeper.pluginLibraries(),
    logFor: (name) => log.child({ component: name }),
  });
  const keeper = createLibraryKeeper({
    database,
    decodeHost,
    dataDir: config.dataDir,
    excludedDirs: config.excludedDirs,
    scanIntervalMs: config.scanIntervalS * 1_000,
    log: log.child({ component: 'library' }),
    onTick: (library) => plugins.tick(library),
  });
  stack.add('plugins', () => plugins.stop(), 6_000);
  stack.add('libraries', () => keeper.close());
  await orLeave(plugins.start(await loadPlugins(config.plugins, config.dataDir)), signal);
  const watcher = plugins.instance(WATCHER);
  const drain = watcher === undefined ? undefined : drainOf(watcher);
  drain?.onChanged((libraryId, relPath) => keeper.reread(libraryId, relPath));
  const control = createDrainControl({
    drain,
    quietHours: config.clipQuietHours,
    isPaused: config.isPaused,
    isEnabled: config.apolloUrl.enabled,
    now: () => new Date(),
  });
  stack.add('control', () => control.close());
  const texts = await openTexts(opened, index, stack);
  const wanted = createWantedIndex({ database, log: log.child({ component: 'search' }) });
  stack.add('search in the next model', () => wanted.release(), 4_000);
  const onDemand = createOnDemandDecoder(decodeHost);
  const search = createSearchService({ database, index, wanted, clipClient, texts, decoder: onDemand });
  const status = (): Promise<ApiClipStatus> =>
    readClipStatus({
      database,
      clipClient,
      drain: () => control.status(),
      isScanning: (id) => keeper.isScanning(id),
      quietHours: () => control.quietHours,
    });
  const kept = createSettingsKeeper(config.dataDir);
  return { ...opened, onDemand, keeper, plugins, drain, control, kept, search, status };
}

/** Vectors of searched words: the kept ones, an encoder's, or those of the model on this machine. */
async function openTexts(
  { config, log, clipClient, apollo }: Opened,
  index: SearchIndex,
  stack: CloseStack,
): Promise<QueryVectors> {
  const activeTexts = createActiveTexts({
    client: clipClient,
    open: (modelVersion) => openClient(config, log, apollo, modelVersion),
    modelVersion: () => index.modelVersion,
  });
  stack.add('words of the model before', () => activeTexts.close(), 4_000);
  const localTexts = createLocalTexts({
    client: activeTexts,
    start: hasOwnTexts(config) ? () => startApollo(config, log, { threads: 1 }) : null,
    modelVersion: () => index.modelVersion,
    log: log.child({ component: 'search' }),
  });
  stack.add('words', () => localTexts.close(), 4_000);
  const texts = await openQueryVectors({
    client: localTexts,
    file: join(config.dataDir, 'query-vectors'),
    log: log.child({ component: 'search' }),
  });
  stack.add('searched words', () => texts.close());
  return texts;
}
