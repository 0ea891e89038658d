import type { MockPhoto } from './mock-photos.js';

type Json = Readonly<Record<string, unknown>>;

/** What the pretended server knows. Tests change it and call `listeners` to push the new status. */
export interface MockState {
  readonly listeners: Set<() => void>;
  photos: readonly MockPhoto[];
  status: Record<string, unknown>;
  readonly settings: Record<string, unknown>;
  libraries: Json[];
  failures: Json[];
  /** When set, everything but the login wants the cookie. */
  token: string | null;
  /** Status that a search by words gets; 200 when it works. */
  wordsStatus: number;
  /** Server-sent events do not get through. */
  isStreamHeldBack: boolean;
  readonly requests: { readonly method: string; readonly path: string; readonly body: unknown }[];
}

export interface MockRequest {
  readonly method: string;
  /** Without `api/`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly cookie: string;
}

export interface MockAnswer {
  readonly status: number;
  readonly json?: unknown;
  readonly data?: Buffer;
  readonly mediaType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const problem = (status: number, code: string, detail: string): MockAnswer => ({
  status,
  json: { code, detail, status },
});

export function answerApi(state: MockState, request: MockRequest): MockAnswer {
  const { method, path } = request;
  state.requests.push({ method, path, body: request.body });
  if (path === 'login') return logIn(state, request.body as { token: string });
  if (state.token !== null && !request.cookie.includes(`session=${state.token}`))
    return problem(401, 'UNAUTHENTICATED', 'Sign in first.');
  const id = Number(/^images\/(\d+)/.exec(path)?.[1]);
  if (id) return answerImage(state, id, path);
  const route = ROUTES[`${method} ${path.replace(/\d+/, ':id')}`];
  return route ? route(state, request) : problem(404, 'NOT_FOUND', `${method} ${path}`);
}

function logIn(state: MockState, { token }: { readonly token: string }): MockAnswer {
  if (token !== state.token) return problem(401, 'BAD_TOKEN', 'no');
  return { status: 200, json: {}, headers: { 'set-cookie': `session=${token}; HttpOnly; SameSite=Strict; Path=/` } };
}

function answerImage(state: MockState, id: number, path: string): MockAnswer {
  const photo = state.photos.find(({ image }) => image.id === id);
  if (!photo) return problem(404, 'NOT_FOUND', 'no such photo');
  if (path.endsWith('/clip')) return { status: 200, json: explanation(state, photo) };
  if (!/(thumbnail|original)$/.test(path)) return { status: 200, json: photo.image };
  return { status: 200, data: photo.picture.data(), mediaType: photo.picture.mediaType };
}

function explanation({ failures }: MockState, { image }: MockPhoto): Json {
  const failure = failures.find(({ id }) => id === image.id);
  if (failure) {
    const told = `The photo could not be encoded: ${failure.message}. It is not tried again for the same bytes, unless you ask.`;
    return { ...failure, searchable: false, explanation: told };
  }
  return {
    ...image,
    searchable: image.clipStatus === 'encoded',
    explanation: `${image.relPath} was encoded by clip-vit-base-patch32 and is found by search.`,
    remedy: null,
  };
}

function pageOf(items: readonly unknown[], query: { readonly cursor?: unknown; readonly limit?: unknown }): Json {
  const start = Number(query.cursor ?? 0);
  const end = start + Number(query.limit ?? 50);
  return { items: items.slice(start, end), nextCursor: end < items.length ? String(end) : null };
}

type Route = (state: MockState, request: MockRequest) => MockAnswer;

const ok = (json: unknown): MockAnswer => ({ status: 200, json });

function setStatus(state: MockState, change: Json): MockAnswer {
  Object.assign(state.status, change);
  for (const push of state.listeners) push();
  return ok(state.status);
}

function changeLibrary(state: MockState, change: Json): MockAnswer {
  state.libraries = state.libraries.map((library, index) => (index === 0 ? { ...library, ...change } : library));
  return ok(state.libraries[0]);
}

function searchHits(state: MockState, isByWords: boolean, body: Json): MockAnswer {
  if (isByWords && state.wordsStatus !== 200)
    return problem(
      state.wordsStatus,
      'SEARCH_UNAVAILABLE',
      'Every encoder is away, so words cannot be understood right now.',
    );
  const seed = JSON.stringify(body.text ?? body.imageId ?? '').length;
  const hits = state.photos
    .filter(({ image }) => (image.id * 7 + seed) % 3 !== 0)
    .map(({ image }, index) => ({ ...image, score: 0.31 - index * 0.0004 }));
  const kept = body.text === 'nothing' || (body.text === 'unrelated' && body.minScore === undefined) ? [] : hits;
  const belowMinScore = body.text === 'nothing' ? 0 : hits.length - kept.length;
  const rest = { modelVersion: 'm1', coverage: 1, notice: null, minScore: null, belowMinScore };
  return ok({ ...pageOf(kept, body), ...rest });
}

/** Without those that are tried again by themselves. */
export function countFailed(failures: readonly Json[]): number {
  return failures.filter(({ status }) => status === 'failed').length;
}

function retry(state: MockState, { body }: MockRequest): MockAnswer {
  const { ids, reason } = body as { ids?: number[]; reason?: string };
  const isChosen = (failure: Json): boolean =>
    ids ? ids.includes(Number(failure.id)) : reason === undefined || failure.reason === reason;
  const before = state.failures.length;
  state.failures = state.failures.filter((failure) => !isChosen(failure));
  return setStatus(state, { failed: countFailed(state.failures), pending: before - state.failures.length });
}

function fits({ camera, takenAt }: MockPhoto['image'], query: URLSearchParams): boolean {
  const isBetween =
    Number(takenAt) >= Number(query.get('takenAfter') ?? -Infinity) &&
    Number(takenAt) <= Number(query.get('takenBefore') ?? Infinity);
  return isBetween && (query.get('camera') ?? camera) === camera;
}

function filters({ photos }: MockState): Json {
  const cameras = photos.map(({ image }) => image.camera).filter((camera) => camera !== null);
  const months = photos.map(({ image }) => new Date(Number(image.takenAt)).toISOString().slice(0, 7));
  return { cameras: [...new Set(cameras)].sort(), months: [...new Set(months)].sort().reverse() };
}

function failures(state: MockState, { query }: MockRequest): MockAnswer {
  const reasons = new Set(state.failures.map((failure) => failure.reason));
  const reason = query.get('reason');
  const items = state.failures.filter((failure) => reason === null || failure.reason === reason);
  return ok({
    ...pageOf(items, Object.fromEntries(query)),
    groups: [...reasons].map((name) => {
      const list = state.failures.filter((failure) => failure.reason === name);
      return { ...list[0], count: list.length };
    }),
  });
}

const ROUTES: Readonly<Record<string, Route>> = {
  'POST logout': () => ok({}),
  'GET clip/status': (state) => ok(state.status),
  'POST clip/pause': (state) => setStatus(state, { state: 'paused' }),
  'POST clip/resume': (state) => setStatus(state, { state: 'running' }),
  'POST clip/model/switch': (state) => setStatus(state, { change: null }),
  'POST clip/model/rollback': (state) => setStatus(state, { change: null }),
  'PATCH clip/settings': (state, { body }) => {
    Object.assign(state.settings, body);
    setStatus(state, state.settings);
    return ok({ ...state.settings, notice: null });
  },
  'GET libraries': (state) => ok({ items: state.libraries }),
  'POST libraries': () => problem(400, 'BAD_ROOT', '/nowhere is not a folder on this server.'),
  'PATCH libraries/:id': (state) => ok(state.libraries[0]),
  'DELETE libraries/:id': (state) => {
    state.libraries = [];
    return ok({});
  },
  'POST libraries/:id/scan': () => ok({}),
  'POST libraries/:id/accept-root': (state) =>
    changeLibrary(state, { state: 'online', stateReason: null, question: null }),
  'POST libraries/:id/gone': (state, { body }) => changeLibrary(state, body as Json),
  'GET images': (state, { query }) =>
    ok(
      pageOf(
        state.photos.map(({ image }) => image).filter((image) => fits(image, query)),
        Object.fromEntries(query),
      ),
    ),
  'GET filters': (state) => ok(filters(state)),
  'POST search': (state, { body }) => searchHits(state, 'text' in (body as Json), body as Json),
  'POST search/image': (state, { query }) => searchHits(state, false, Object.fromEntries(query)),
  'GET clip/failures': failures,
  'POST clip/failures/retry': retry,
};
