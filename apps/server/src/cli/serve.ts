import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { socketPathOf } from '@clip-watch/processes';
import { STARTER_MODEL } from '@clip-watch/watcher';
import type { Config } from '../config/config.js';
import { readOrMakeToken } from '../host/auth-token.js';
import { openDataFolder } from '../host/data-folder.js';
import { type Host, openHost, openStore } from '../host/host.js';
import { type AccessRules, isLoopback } from '../http/access.js';
import { createApp } from '../http/app.js';
import { listen } from '../http/listen.js';
import { createLoginLink, type LoginLink, loginAddress } from '../http/login-link.js';
import { canKnowPeers, createOwnPeers } from '../http/own-peers.js';
import { checkRoot } from '../library/check-root.js';
import { startNotifier } from '../notify/notifier.js';
import { openThumbnailCache } from '../photos/thumbnail-cache.js';
import { type CommandContext, untilStopped } from './command.js';

/** `clip-watch serve [PATH…]`: runs until it is told to stop, which may be in the middle of its start. */
export async function serve(context: CommandContext): Promise<number> {
  const { io, signal } = context;
  signal.addEventListener('abort', () => io.err('clip-watch: stopping …\n'), { once: true });
  try {
    await runUntilStopped(context);
  } catch (error) {
    if (error !== signal.reason) throw error;
  }
  return 0;
}

/** @throws the signal's reason */
async function runUntilStopped(context: CommandContext): Promise<never> {
  const { config, log, signal } = context;
  const roots = context.command.operands.map((path) => resolve(context.cwd, path));
  await untilStopped(context, refuseBadRoots(roots, context));
  openDataFolder(config.dataDir);
  const access = await accessRules(config);
  const isOwnPeer = needsNoToken(config) ? createOwnPeers() : undefined;
  const loginLink = config.authToken === null ? createLoginLink(Date.now()) : undefined;
  await using host = await openHost(config, log, signal);
  const thumbnails = openThumbnailCache({
    folder: join(config.dataDir, 'thumbnails'),
    maxBytes: config.thumbnailCacheMb * 1_000_000,
    decoder: host.onDemand,
    log: log.child({ component: 'thumbnails' }),
  });
  await using app = await createApp(host, {
    access,
    thumbnails,
    ...(isOwnPeer === undefined ? {} : { isOwnPeer }),
    ...(loginLink === undefined ? {} : { loginLink }),
  });
  await using _notifier = startNotifier(host);
  const address = await listen(app, config);
  await untilStopped(context, addLibraries(host, roots));
  await untilStopped(context, host.keeper.start());
  announce(context, host, address, loginLink);
  return await untilStopped(context, new Promise(() => {}));
}

/** There is always a token: a chosen one, or the one of the data folder. @throws HostError BAD_TOKEN, DATA_FOLDER */
export async function accessRules(
  config: Pick<Config, 'host' | 'authToken' | 'allowedHosts' | 'dataDir'>,
): Promise<AccessRules> {
  const token = config.authToken ?? (await readOrMakeToken(config.dataDir));
  const isName = isIP(config.host) === 0 && socketPathOf(config.host) === undefined;
  const own = isName ? [config.host] : [];
  const names = [...config.allowedHosts, ...own, hostname()].map((name) => name.toLowerCase());
  return { token, allowedHosts: new Set(names) };
}

/** On loopback the server's own user needs none. Behind a proxy everybody comes from it, so nobody is that user. */
export function needsNoToken({
  host,
  authToken,
  trustProxy,
}: Pick<Config, 'host' | 'authToken' | 'trustProxy'>): boolean {
  return authToken === null && isLoopback(host) && trustProxy.length === 0;
}

/** Before anything is started. A folder that is a library already may be away, and keeps nobody from the others. */
async function refuseBadRoots(roots: readonly string[], { config, log }: CommandContext): Promise<void> {
  const checks = await Promise.allSettled(roots.map((root) => checkRoot(root, config.dataDir)));
  for (const [index, check] of checks.entries()) {
    if (check.status === 'fulfilled') continue;
    await using database = await openStore(config, log);
    if (!(await database.libraries.list()).some(({ rootPath }) => rootPath === roots[index])) throw check.reason;
  }
}

async function addLibraries({ config, keeper }: Host, roots: readonly string[]): Promise<void> {
  for (const entry of config.libraries)
    await keeper.add({ ...entry, rootPath: resolve(config.dataDir, entry.rootPath) });
  for (const rootPath of roots) await keeper.add({ rootPath });
}

function announce({ io, config }: CommandContext, host: Host, address: string, link: LoginLink | undefined): void {
  const isSocket = socketPathOf(config.host) !== undefined;
  const pages = isSocket ? address : `${address}${config.basePath}/`;
  io.out(`clip-watch: ${pages}\n`);
  if (link !== undefined) {
    // The address of the pages behind a socket is its proxy's affair.
    if (!isSocket)
      io.err(`clip-watch: to sign in without the token, once and within 10 minutes: ${loginAddress(pages, link)}\n`);
    io.err(`clip-watch: the token to sign in is in ${join(config.dataDir, 'auth-token')}\n`);
  }
  if (needsNoToken(config) && !canKnowPeers())
    io.err(
      'clip-watch: every user of this machine is let in, because it does not say who connects; AUTH_TOKEN ends that\n',
    );
  if (host.decodeHost.limitation !== null) io.err(`clip-watch: ${host.decodeHost.limitation}\n`);
  host.clipClient.whenReady({ signal: AbortSignal.timeout(60_000) }).then(
    (model) => {
      if (model.name === STARTER_MODEL)
        io.err(
          'clip-watch: the built-in starter model serves; it knows colours, brightness and contrast only. For real words give it a CLIP model: CLIP_MODEL_DIR=/path/to/model\n',
        );
    },
    () => {}, // The status page says why no encoder is there.
  );
}
