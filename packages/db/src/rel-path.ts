import { DatabaseError } from './errors.js';

/** Linux takes paths of up to 4,096 bytes. */
const LONGEST_PATH_BYTES = 4096;

function faultOf(relPath: string): string | undefined {
  if (relPath === '') return 'is empty';
  if (relPath.includes('\0')) return 'holds a NUL';
  if (relPath.startsWith('/') || /^[a-zA-Z]:[\\/]/.test(relPath)) return 'is absolute';
  if (relPath.split('/').some((part) => part === '..' || part === '.' || part === ''))
    return 'has an empty, "." or ".." part';
  if (Buffer.byteLength(relPath) > LONGEST_PATH_BYTES) return `is longer than ${LONGEST_PATH_BYTES} bytes`;
  return undefined;
}

/** @throws DatabaseError BAD_PATH when the path could not be a file below a library's root */
export function checkRelPath(relPath: string): void {
  const fault = faultOf(relPath);
  if (fault === undefined) return;
  const shown = JSON.stringify(relPath.length > 120 ? `${relPath.slice(0, 120)}…` : relPath);
  throw new DatabaseError('BAD_PATH', `rel_path ${shown} ${fault}; give it relative to the library's root, with "/"`);
}
