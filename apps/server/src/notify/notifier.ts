import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BaseLogger } from 'pino';
import type { Config } from '../config/config.js';
import type { Host } from '../host/host.js';
import { NOTHING_KNOWN, planNotices, type Situation } from './notices.js';
import { createWebhook, type WebhookOptions } from './webhook.js';

export interface Notifier extends AsyncDisposable {
  close(): Promise<void>;
}

export interface NotifierOptions extends Omit<WebhookOptions, 'url' | 'log'> {
  /** Between looks. Default 5,000. */
  readonly everyMs?: number;
}

const EVERY_MS = 5_000;

/** Looks at the server now and then, and tells `NOTIFY_URL` what became true. Without an address it is nothing at all. */
export function startNotifier(host: Pick<Host, 'config' | 'log' | 'status'>, options: NotifierOptions = {}): Notifier {
  const url = host.config.notifyUrl;
  if (url === null) return { close: async () => {}, [Symbol.asyncDispose]: async () => {} };
  const log = host.log.child({ component: 'notify' });
  const webhook = createWebhook({ url, log, ...options });
  const abort = new AbortController();
  const looking = look(host, log, webhook.send, options.everyMs ?? EVERY_MS, abort.signal);
  const close = async (): Promise<void> => {
    abort.abort();
    await Promise.all([looking, webhook.close()]);
  };
  return { close, [Symbol.asyncDispose]: close };
}

async function look(
  host: Pick<Host, 'config' | 'status'>,
  log: Pick<BaseLogger, 'debug'>,
  send: (body: object) => void,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  const folders = writtenFolders(host.config);
  let known = NOTHING_KNOWN;
  while (!signal.aborted) {
    try {
      const situation = { status: await host.status(), freeBytes: await leastFreeBytes(folders) };
      const planned = planNotices(known, situation);
      known = planned.known;
      for (const notice of planned.notices) send({ ...notice, at: Date.now(), counts: countsOf(situation) });
    } catch (err) {
      // The database is away: the next look tells more.
      log.debug({ err }, 'no look at the state this time');
    }
    await sleep(everyMs, undefined, { signal, ref: false }).catch(() => {}); // Closed: the loop ends.
  }
}

function countsOf({ status }: Situation): object {
  const { photos, encoded, pending, failed } = status;
  return { photos, encoded, pending, failed };
}

function writtenFolders({ dataDir, databaseUrl }: Pick<Config, 'dataDir' | 'databaseUrl'>): readonly string[] {
  return databaseUrl?.startsWith('file:/') === true ? [dataDir, dirname(databaseUrl.slice('file:'.length))] : [dataDir];
}

async function leastFreeBytes(folders: readonly string[]): Promise<number | null> {
  const rooms = await Promise.all(
    folders.map((folder) =>
      statfs(folder).then(
        ({ bavail, bsize }) => bavail * bsize,
        () => null,
      ),
    ),
  );
  const known = rooms.filter((room) => room !== null);
  return known.length === 0 ? null : Math.min(...known);
}
