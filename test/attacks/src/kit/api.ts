import { PATIENCE_MS, waitUntil } from './wait.js';

/** The parts of `GET /api/clip/status` that the attacks read. */
export interface Status {
  readonly state: string;
  readonly reason: string | null;
  readonly photos: number;
  readonly encoded: number;
  readonly pending: number;
  readonly failed: number;
  readonly skipped: number;
  readonly missing: number;
  readonly libraries: readonly { readonly id: number; readonly state: string; readonly scanning: boolean }[];
}

export interface ListedImage {
  readonly id: number;
  readonly relPath: string;
  readonly clipStatus: 'pending' | 'encoded' | 'failed' | 'skipped';
}

export interface Api {
  readonly url: string;
  /** Any request, with the token. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** @throws Error for an answer that is no success */
  json<T>(path: string, init?: RequestInit): Promise<T>;
  post<T>(path: string, body: object, method?: string): Promise<T>;
  status(): Promise<Status>;
  /** All photos that are shown. */
  images(): Promise<readonly ListedImage[]>;
  /** Until this many photos are known and none of them is pending. */
  settled(photos: number): Promise<Status>;
  metrics(): Promise<string>;
}

const JSON_TYPE = { 'content-type': 'application/json' };

export function createApi(url: string, token: string): Api {
  const request = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${url}${path}`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...init,
      headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string> | undefined) }, // plain objects only
    });
  const json = async <T>(path: string, init?: RequestInit): Promise<T> => {
    const answer = await request(path, init);
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T; // The caller names what this route answers with.
  };
  const api: Api = {
    url,
    request,
    json,
    post: (path, body, method = 'POST') => json(path, { method, headers: JSON_TYPE, body: JSON.stringify(body) }),
    status: () => json<Status>('/api/clip/status'),
    async images() {
      const all: ListedImage[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page: { items: ListedImage[]; nextCursor: string | null } = await json(
          `/api/images?limit=500${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
        );
        all.push(...page.items);
        cursor = page.nextCursor;
      }
      return all;
    },
    async settled(photos) {
      let last: Status | undefined;
      await waitUntil(
        async () => {
          last = await api.status();
          return last.photos === photos && last.pending === 0;
        },
        () => `never settled at ${photos} photos: ${JSON.stringify(last)}`,
      );
      return last!; // waitUntil has set it
    },
    metrics: async () => (await request('/metrics')).text(),
  };
  return api;
}
