// The reports of all packages: cleared before a run, added up and written as one summary after it.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addUp, printSummary, readReport } from './test-summary.mjs';
import { ROOT } from './workspace.mjs';

const TESTS = 'vitest.json';

function reports(name) {
  const nested = ['packages', 'apps', 'test'].flatMap((group) =>
    readdirSync(join(ROOT, group)).map((name) => join(ROOT, group, name)),
  );
  const folders = [join(ROOT, 'proto'), ...nested].filter((folder) => existsSync(join(folder, 'package.json')));
  return folders.map((folder) => join(folder, 'reports', name));
}

/**
 * Stale ones would be counted; turbo puts those of unchanged packages back.
 * @param size of a long run, whose attacks report by themselves; undefined for the usual run
 */
export function clearReports(size) {
  const stale = [...reports(TESTS), ...(size === undefined ? [] : reports(`attacks-${size}.json`))];
  for (const file of stale) rmSync(file, { force: true });
}

/**
 * Ends the process: the summary, its closing lines, and the exit code.
 * @param failedSteps by name; told only where no test says what is wrong, since a failed test fails its step as well
 */
export function closeRun(failedSteps) {
  const total = addUp(
    reports(TESTS)
      .filter((file) => existsSync(file))
      .map(readReport),
  );
  if (total.failures.length === 0)
    total.failures.push(...failedSteps.map((name) => `${name}: no test of it failed; what did is told above`));
  mkdirSync(join(ROOT, 'reports'), { recursive: true });
  writeFileSync(join(ROOT, 'reports/summary.json'), JSON.stringify(total));
  printSummary(total);
  process.exit(total.failures.length === 0 && total.passed.length > 0 ? 0 : 1);
}
