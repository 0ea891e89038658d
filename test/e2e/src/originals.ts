import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What must be the same before and after: the bytes, when they were written, and when anything about them changed. */
export function fingerprint(folder: string): ReadonlyMap<string, string> {
  const marks = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const { mtimeMs, ctimeMs } = statSync(path);
    const hash = entry.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : 'folder';
    marks.set(path, `${hash} ${mtimeMs} ${ctimeMs}`);
  }
  return marks;
}
