export type AccessRow = readonly [method: string, url: string, needsToken: boolean];

/** One row for every route; `access-matrix.test.ts` fails for a route without one. The last column: whether it needs the token. */
export const ACCESS_ROWS: readonly AccessRow[] = [
  ['GET', '/healthz', false],
  ['GET', '/readyz', false],
  ['GET', '/metrics', true],
  ['GET', '/api/openapi.json', true],
  ['POST', '/api/login', false],
  ['POST', '/api/logout', false],
  ['GET', '/api/libraries', true],
  ['POST', '/api/libraries', true],
  ['PATCH', '/api/libraries/:id', true],
  ['DELETE', '/api/libraries/:id', true],
  ['POST', '/api/libraries/:id/scan', true],
  ['POST', '/api/libraries/:id/accept-root', true],
  ['POST', '/api/libraries/:id/gone', true],
  ['GET', '/api/clip/status', true],
  ['POST', '/api/clip/pause', true],
  ['POST', '/api/clip/resume', true],
  ['POST', '/api/clip/model/switch', true],
  ['POST', '/api/clip/model/rollback', true],
  ['PATCH', '/api/clip/settings', true],
  ['GET', '/api/clip/failures', true],
  ['POST', '/api/clip/failures/retry', true],
  ['GET', '/api/images', true],
  ['GET', '/api/filters', true],
  ['GET', '/api/images/:id', true],
  ['GET', '/api/images/:id/clip', true],
  ['GET', '/api/images/:id/thumbnail', true],
  ['GET', '/api/images/:id/original', true],
  ['POST', '/api/search', true],
  ['POST', '/api/search/image', true],
  ['GET', '/api/events', true],
  ['GET', '/api/plugins', true],
];

export const isPage = (url: string): boolean => !/^\/(api|metrics|healthz|readyz)(\/|$)/.test(url);
