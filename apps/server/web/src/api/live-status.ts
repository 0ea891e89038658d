import type { ApiClipStatus } from '../../../src/api/index.js';
import { getStatus } from './endpoints.js';
import { ApiError, apiUrl } from './http.js';

/**
 * `connecting` until the first answer; `live` while server-sent events come; `polling` while only plain requests get
 * through (some proxies hold streams back); `lost` while nothing answers.
 */
export type Connection = 'connecting' | 'live' | 'polling' | 'lost';

export interface LiveStatus {
  readonly connection: Connection;
  /** The last one known, kept while the connection is lost. */
  readonly status: ApiClipStatus | null;
  /** Goes up when a library's list of photos changed. */
  readonly libraryChanges: number;
}

export interface LiveStatusFeed {
  current(): LiveStatus;
  subscribe(listener: () => void): () => void;
  /** Asks now, after an action whose effect should be seen at once. */
  refresh(): Promise<void>;
  close(): void;
}

const POLL_MS = 4_000;
const REOPEN_MS = 20_000;

/** Starts to follow `GET /api/events`, with `GET /api/clip/status` as the fallback. */
export function startLiveStatus(): LiveStatusFeed {
  let state: LiveStatus = { connection: 'connecting', status: null, libraryChanges: 0 };
  let source: EventSource | null = null;
  let pollTimer = 0;
  let reopenTimer = 0;
  const listeners = new Set<() => void>();

  const update = (change: Partial<LiveStatus>): void => {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  };

  const refresh = async (): Promise<void> => {
    try {
      const status = await getStatus();
      update({ status, connection: source?.readyState === EventSource.OPEN ? 'live' : 'polling' });
    } catch (error) {
      // A refusal is an answer too (the login page takes over); only silence is a lost connection.
      if (!(error instanceof ApiError) || error.status === 0 || error.status >= 500) update({ connection: 'lost' });
    }
  };

  const stopPolling = (): void => {
    window.clearTimeout(pollTimer);
    pollTimer = 0;
  };

  const poll = async (): Promise<void> => {
    await refresh();
    if (pollTimer !== 0) pollTimer = window.setTimeout(() => void poll(), POLL_MS);
  };

  const open = (): void => {
    source?.close();
    source = new EventSource(apiUrl('events'));
    source.addEventListener('open', stopPolling);
    source.addEventListener('status', (event) =>
      update({ connection: 'live', status: JSON.parse((event as MessageEvent<string>).data) as ApiClipStatus }),
    );
    source.addEventListener('library', () => update({ libraryChanges: state.libraryChanges + 1 }));
    source.addEventListener('error', onStreamError);
  };

  const onStreamError = (): void => {
    // Each reconnect of the browser ends here again: a poll that is under way goes on undisturbed.
    if (pollTimer === 0) pollTimer = window.setTimeout(() => void poll(), 0);
    // The browser reconnects after a network error, but gives up for good on a refusal.
    if (source?.readyState !== EventSource.CLOSED) return;
    window.clearTimeout(reopenTimer);
    reopenTimer = window.setTimeout(open, REOPEN_MS);
  };

  void refresh();
  open();
  return {
    current: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refresh,
    close() {
      source?.close();
      stopPolling();
      window.clearTimeout(reopenTimer);
    },
  };
}
