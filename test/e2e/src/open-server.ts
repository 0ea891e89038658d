import { join } from 'node:path';
import { createApp, type Host, openHost, openThumbnailCache, readConfig } from '@clip-watch/server';
import { pino } from 'pino';

export interface TestServer extends AsyncDisposable {
  readonly host: Host;
  readonly app: Awaited<ReturnType<typeof createApp>>;
}

export interface TestServerOptions {
  readonly dataDir: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Without one everybody is let in, as the server's own user is. */
  readonly token?: string;
  readonly allowedHosts?: readonly string[];
  /** Who needs no token; without one nobody, unless there is no token either. */
  readonly isOwnPeer?: () => Promise<boolean>;
  readonly heartbeatMs?: number;
  /** Wrong proofs in a minute; as many as the test likes when it says nothing. */
  readonly guesses?: { readonly byAddress: number; readonly inAll: number };
}

const MANY = 1_000_000;

/** The server without a port: requests are injected. Without an encoder unless `env` names one. */
export async function openServer({ dataDir, env, ...options }: TestServerOptions): Promise<TestServer> {
  const config = readConfig({
    env: { CLIP_WATCH_DATA_DIR: dataDir, APOLLO_URL: 'disabled', ...env },
    flags: {},
    cwd: dataDir,
  });
  const host = await openHost(config, pino({ level: 'silent' }));
  const app = await openApp(host, options);
  return {
    host,
    app,
    async [Symbol.asyncDispose]() {
      await app.close();
      await host.close();
    },
  };
}

/** A server of its own, with limits of its own, over what is open already. */
export async function openApp(
  host: Host,
  { token, allowedHosts, ...options }: Omit<TestServerOptions, 'dataDir' | 'env'>,
): Promise<TestServer['app']> {
  const thumbnails = openThumbnailCache({
    folder: join(host.config.dataDir, 'thumbnails'),
    maxBytes: 10_000_000,
    decoder: host.onDemand,
  });
  const access = { token: token ?? 'a-token-that-nobody-shows', allowedHosts: new Set(allowedHosts ?? []) };
  const app = await createApp(host, {
    access,
    thumbnails,
    requestsPerMinute: MANY,
    guesses: { byAddress: MANY, inAll: MANY },
    ...(token === undefined ? { isOwnPeer: () => Promise.resolve(true) } : {}),
    ...options,
  });
  await app.ready();
  return app;
}
