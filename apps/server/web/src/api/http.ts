import type { ApiProblem } from '../../../src/api/index.js';

/** A request that failed: `code` is the server's, or `UNREACHABLE` when no answer came. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly status: number;
  constructor(code: string, status: number, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.code = code;
    this.status = status;
  }
}

/** Dispatched on `window` when the server wants a login. */
export const LOGIN_NEEDED = 'clip-watch:login-needed';

// The page's own address is the base: nothing here knows the base path.
export function apiUrl(path: string, params: Record<string, string | number | null | undefined> = {}): string {
  const url = new URL(`api/${path}`, document.baseURI);
  for (const [name, value] of Object.entries(params))
    if (value !== null && value !== undefined && value !== '') url.searchParams.set(name, String(value));
  return url.href;
}

interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Sent as JSON, unless it is form data. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** @throws ApiError for every answer but 2xx; an AbortError passes through. */
export async function request<T>(url: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(url, options);
  if (!response.ok) throw await toApiError(response);
  if (response.status === 204) return undefined as T; // The caller of a 204 route asks for `void`.
  return (await response.json()) as T; // The server answers by the schema that T is inferred from.
}

async function send(url: string, { method = 'GET', body, signal }: RequestOptions): Promise<Response> {
  const isForm = body instanceof FormData;
  const init: RequestInit = { method, credentials: 'same-origin' };
  if (signal) init.signal = signal;
  if (body !== undefined) init.body = isForm ? body : JSON.stringify(body);
  if (body !== undefined && !isForm) init.headers = { 'content-type': 'application/json' };
  try {
    return await fetch(url, init);
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError('UNREACHABLE', 0, 'The server does not answer.', { cause });
  }
}

async function toApiError(response: Response): Promise<ApiError> {
  if (response.status === 401) window.dispatchEvent(new Event(LOGIN_NEEDED));
  // A proxy in between may answer with something that is no problem document.
  const problem = (await response.json().catch(() => ({}))) as Partial<ApiProblem>;
  return new ApiError(
    problem.code ?? `HTTP_${response.status}`,
    response.status,
    problem.detail ?? problem.title ?? response.statusText,
  );
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
