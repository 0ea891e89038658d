/** The address after `#`, so that back, reload and bookmarks work below any base path. Pure. */

/** What the search box and its filters say. Dates are `YYYY-MM-DD`; empty and null mean "any". */
export interface SearchQuery {
  readonly text: string;
  readonly notText: string;
  /** Photos like this one. */
  readonly like: number | null;
  /** A part of `like` or of `upload`: x, y, width and height as fractions of its upright sides. */
  readonly crop: readonly [number, number, number, number] | null;
  /** A picture of the visitor's own; it lives in this tab only. */
  readonly upload: number | null;
  readonly library: number | null;
  readonly camera: string;
  readonly after: string;
  readonly before: string;
  /** Photos that hardly fit the words too. */
  readonly weak: boolean;
}

export type Route =
  | { readonly kind: 'photos'; readonly query: SearchQuery; readonly photo: number | null }
  | { readonly kind: 'progress' }
  | { readonly kind: 'failures'; readonly reason: string | null }
  | { readonly kind: 'libraries' }
  | { readonly kind: 'settings' };

export const EMPTY_QUERY: SearchQuery = {
  text: '',
  notText: '',
  like: null,
  crop: null,
  upload: null,
  library: null,
  camera: '',
  after: '',
  before: '',
  weak: false,
};

export const HOME: Route = { kind: 'photos', query: EMPTY_QUERY, photo: null };

/** True when the query asks the encoder; otherwise the timeline is meant. */
export function isSearch(query: SearchQuery): boolean {
  return query.text !== '' || query.like !== null || query.upload !== null;
}

export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const params = new URLSearchParams(search);
  switch (path) {
    case 'progress':
    case 'libraries':
    case 'settings':
      return { kind: path };
    case 'failures':
      return { kind: 'failures', reason: params.get('reason') };
    default:
      return { kind: 'photos', query: parseQuery(params), photo: toId(params.get('photo')) };
  }
}

export function formatRoute(route: Route): string {
  switch (route.kind) {
    case 'photos':
      return `#/${withParams({ ...queryParams(route.query), photo: route.photo })}`;
    case 'failures':
      return `#/failures${withParams({ reason: route.reason })}`;
    case 'progress':
    case 'libraries':
    case 'settings':
      return `#/${route.kind}`;
  }
}

function parseQuery(params: URLSearchParams): SearchQuery {
  const like = toId(params.get('like'));
  const upload = toId(params.get('upload'));
  return {
    text: params.get('q') ?? '',
    notText: params.get('not') ?? '',
    like,
    crop: like === null && upload === null ? null : toCrop(params.get('crop')),
    upload,
    library: toId(params.get('library')),
    camera: params.get('camera') ?? '',
    after: toDay(params.get('after')),
    before: toDay(params.get('before')),
    weak: params.get('weak') === '1',
  };
}

function queryParams(query: SearchQuery): Record<string, string | number | null> {
  return {
    q: query.text,
    not: query.notText,
    like: query.like,
    crop: query.crop?.map((fraction) => Number(fraction.toFixed(4))).join(',') ?? null,
    upload: query.upload,
    library: query.library,
    camera: query.camera,
    after: query.after,
    before: query.before,
    weak: query.weak ? 1 : null,
  };
}

function withParams(values: Record<string, string | number | null>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== null && value !== '') params.set(name, String(value));
  return params.size === 0 ? '' : `?${params}`;
}

function toId(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function toDay(text: string | null): string {
  return text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : '';
}

function toCrop(text: string | null): SearchQuery['crop'] {
  const [x, y, width, height] = (text ?? '').split(',').map(Number);
  if (x === undefined || y === undefined || width === undefined || height === undefined) return null;
  const isInside = x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= 1.001 && y + height <= 1.001;
  // Four digits in the address can add up to a hair more than the whole.
  return isInside ? [x, y, Math.min(width, 1 - x), Math.min(height, 1 - y)] : null;
}
