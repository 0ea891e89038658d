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
  readonly token?: string;
  readonly allowedHosts?: readonly string[];
  readonly heartbeatMs?: number;
}

/** The server without a port: requests are injected. Without an encoder unless `env` names one. */
export async function openServer({
  dataDir,
  env,
  token,
  allowedHosts,
  ...options
}: TestServerOptions): Promise<TestServer> {
  const config = readConfig({
    env: { CLIP_WATCH_DATA_DIR: dataDir, APOLLO_URL: 'disabled', ...env },
    flags: {},
    cwd: dataDir,
  });
  const host = await openHost(config, pino({ level: 'silent' }));
  const thumbnails = openThumbnailCache({
    folder: join(dataDir, 'thumbnails'),
    maxBytes: 10_000_000,
    decoder: host.onDemand,
  });
  const access = { token: token ?? null, allowedHosts: new Set(allowedHosts ?? []) };
  const app = await createApp(host, { access, thumbnails, requestsPerMinute: 1_000_000, ...options });
  await app.ready();
  return {
    host,
    app,
    async [Symbol.asyncDispose]() {
      await app.close();
      await host.close();
    },
  };
}
