// The copy of better-sqlite3 that the database uses on this Node.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const isOld = Number.parseInt(process.versions.node, 10) < 22;

export const Driver = require(isOld ? 'better-sqlite3-12' : 'better-sqlite3-13');

/** Its native library. */
export function libraryFile() {
  new Driver(':memory:').close();
  return Object.keys(require.cache).find((file) => /better-sqlite3.*\.node$/.test(file));
}
