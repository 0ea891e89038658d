/** One function a route. Types are the server's own. */
import type {
  ApiClipExplanation,
  ApiClipSettings,
  ApiClipStatus,
  ApiFailures,
  ApiFilters,
  ApiGoneAnswer,
  ApiImage,
  ApiLibraries,
  ApiLibrary,
  ApiLibraryChange,
  ApiLibraryDraft,
  ApiLogin,
  ApiPage,
  ApiRetryRequest,
  ApiSearchAnswer,
  ApiSearchRequest,
  ApiSettingsChange,
  ApiThumbnailSize,
} from '../../../src/api/index.js';
import { apiUrl, request } from './http.js';

export const PAGE_SIZE = 200;
export const FAILURES_A_PAGE = 100;

export function getStatus(signal?: AbortSignal): Promise<ApiClipStatus> {
  return request(apiUrl('clip/status'), { signal });
}

export function pause(): Promise<unknown> {
  return request(apiUrl('clip/pause'), { method: 'POST', body: {} });
}

export function resume(): Promise<unknown> {
  return request(apiUrl('clip/resume'), { method: 'POST', body: {} });
}

export function switchModel(now: boolean): Promise<unknown> {
  return request(apiUrl('clip/model/switch'), { method: 'POST', body: { now } });
}

export function rollBackModel(): Promise<unknown> {
  return request(apiUrl('clip/model/rollback'), { method: 'POST', body: {} });
}

export function changeSettings(change: ApiSettingsChange): Promise<ApiClipSettings> {
  return request(apiUrl('clip/settings'), { method: 'PATCH', body: change });
}

export async function getLibraries(signal?: AbortSignal): Promise<readonly ApiLibrary[]> {
  const answer = await request<ApiLibraries>(apiUrl('libraries'), { signal });
  return answer.items;
}

export function addLibrary(draft: ApiLibraryDraft): Promise<ApiLibrary> {
  return request(apiUrl('libraries'), { method: 'POST', body: draft });
}

export function changeLibrary(id: number, change: ApiLibraryChange): Promise<ApiLibrary> {
  return request(apiUrl(`libraries/${id}`), { method: 'PATCH', body: change });
}

export function removeLibrary(id: number): Promise<unknown> {
  return request(apiUrl(`libraries/${id}`), { method: 'DELETE' });
}

/** What lies at the library's path now is the library. */
export function acceptRoot(id: number): Promise<ApiLibrary> {
  return request(apiUrl(`libraries/${id}/accept-root`), { method: 'POST', body: {} });
}

/** What became of the photos that are gone. */
export function answerGone(id: number, body: ApiGoneAnswer): Promise<ApiLibrary> {
  return request(apiUrl(`libraries/${id}/gone`), { method: 'POST', body });
}

export function scanLibrary(id: number): Promise<unknown> {
  return request(apiUrl(`libraries/${id}/scan`), { method: 'POST', body: {} });
}

export type PhotoFilters = Pick<ApiSearchRequest, 'library' | 'camera' | 'takenAfter' | 'takenBefore'>;

export function listImages(
  filters: PhotoFilters,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<ApiPage<ApiImage>> {
  return request(apiUrl('images', { ...filters, cursor, limit: PAGE_SIZE }), { signal });
}

export function getFilters(signal?: AbortSignal): Promise<ApiFilters> {
  return request(apiUrl('filters'), { signal });
}

export function getImage(id: number, signal?: AbortSignal): Promise<ApiImage> {
  return request(apiUrl(`images/${id}`), { signal });
}

export function explainImage(id: number, signal?: AbortSignal): Promise<ApiClipExplanation> {
  return request(apiUrl(`images/${id}/clip`), { signal });
}

export function search(body: ApiSearchRequest, signal?: AbortSignal): Promise<ApiSearchAnswer> {
  return request(apiUrl('search'), { method: 'POST', body, signal });
}

export function searchByUpload(
  picture: Blob,
  filters: Readonly<Record<string, string | number | null | undefined>>,
  signal?: AbortSignal,
): Promise<ApiSearchAnswer> {
  const form = new FormData();
  form.set('image', picture);
  return request(apiUrl('search/image', filters), { method: 'POST', body: form, signal });
}

export interface FailureFilter {
  readonly library?: number | null;
  readonly reason?: string | null;
}

export function listFailures(filter: FailureFilter, cursor: string | null, signal?: AbortSignal): Promise<ApiFailures> {
  return request(apiUrl('clip/failures', { ...filter, cursor, limit: FAILURES_A_PAGE }), { signal });
}

export function retryFailures(choice: ApiRetryRequest): Promise<unknown> {
  return request(apiUrl('clip/failures/retry'), { method: 'POST', body: choice });
}

export function login(proof: ApiLogin): Promise<unknown> {
  return request(apiUrl('login'), { method: 'POST', body: proof });
}

export function logout(): Promise<unknown> {
  return request(apiUrl('logout'), { method: 'POST', body: {} });
}

export function thumbnailUrl(id: number, size: ApiThumbnailSize): string {
  return apiUrl(`images/${id}/thumbnail`, { size });
}

export function originalUrl(id: number): string {
  return apiUrl(`images/${id}/original`);
}
