// run-parts.mjs SUMMARY: runs again, here, the test files that look at the folder beside the clone, and those in which
// the run of that summary skipped something: what is the same in both runs runs once.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { clearReports, closeRun } from './test-reports.mjs';
import { fileOf } from './test-summary.mjs';
import { bin, ROOT, workspaceEnv } from './workspace.mjs';

const HELPER = '\\b(sharedPath|hasShared|lacksShared)\\b';

function lookingOutside() {
  const tests = ['*.test.ts', ':!*.deep.test.ts', ':!test/house'];
  const found = execFileSync('git', ['grep', '-lE', HELPER, '--', ...tests], { cwd: ROOT, encoding: 'utf8' });
  return found.trim().split('\n');
}

function skippedBefore(summary) {
  return existsSync(summary) ? JSON.parse(readFileSync(summary, 'utf8')).skipped.map(fileOf) : [];
}

function packageOf(file) {
  let folder = dirname(join(ROOT, file));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** By the package's own `test`, which knows how patient it has to be. */
function runIn(folder, files) {
  const paths = files.map((file) => relative(folder, join(ROOT, file)));
  return run('pnpm', ['run', 'test', ...paths], folder);
}

function run(command, args, cwd = ROOT) {
  return spawnSync(bin(command), args, { cwd, stdio: 'inherit', env: workspaceEnv() }).status === 0;
}

const files = [...new Set([...lookingOutside(), ...skippedBefore(process.argv[2])])];
const byPackage = new Map();
for (const file of files) byPackage.set(packageOf(file), [...(byPackage.get(packageOf(file)) ?? []), file]);

clearReports();
const failedSteps = [];
if (!run('turbo', ['run', 'build', '--output-logs=errors-only'])) failedSteps.push('build');
for (const [folder, own] of byPackage) if (!runIn(folder, own)) failedSteps.push(relative(ROOT, folder));
closeRun(failedSteps);
