/** Faults that no real disk can be asked for: small libraries that are loaded into a process before all others. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Compiles one.
 * @param what the tests that need it, for the word on standard error
 * @returns what to put into `LD_PRELOAD`, or undefined, after a loud word, where there is no C compiler or no Linux
 */
export function preloadLibrary(folder: string, source: string, what: string): string | undefined {
  const file = join(folder, 'preload.c');
  const library = join(folder, 'preload.so');
  writeFileSync(file, source);
  const compiled =
    process.platform === 'linux' && spawnSync('cc', ['-shared', '-fPIC', '-o', library, file, '-ldl']).status === 0;
  if (compiled) return library;
  process.stderr.write(`\n*** SKIPPED: no C compiler (cc), so the tests on ${what} do not run. ***\n\n`);
  return undefined;
}
