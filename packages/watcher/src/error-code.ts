/**
 * The `code` of an error of any package. Compared as a string and not with `instanceof`, so that a second copy of a
 * package in `node_modules` changes nothing.
 */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
