// `npm test`: lint, types and tests of every package through turbo, then one line counted from the runners' own
// reports. `--deep` runs the long ones instead; every `--filter=…` goes to turbo.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { clearReports, closeRun } from './test-reports.mjs';
import { bin, ROOT, workspaceEnv } from './workspace.mjs';

const args = process.argv.slice(2);
const filters = args.filter((arg) => arg.startsWith('--filter'));
const task = args.includes('--deep') ? 'test:deep' : 'test';

/** turbo plays results back when nothing changed that they hang on: the folder beside the clone is one such thing. */
function testEnv() {
  const beside = join(ROOT, '../shared');
  const shared = existsSync(join(beside, 'photos/MANIFEST.tsv')) ? { CLIP_WATCH_TEST_SHARED: beside } : {};
  return { ...shared, ...workspaceEnv() };
}

function run(command, commandArgs) {
  return spawnSync(bin(command), commandArgs, { cwd: ROOT, stdio: 'inherit', env: testEnv() }).status === 0;
}

clearReports();
const linted = filters.length > 0 || run('biome', ['check', '.']);
const tasks = task === 'test' ? ['run', 'check', 'test'] : ['run', task];
const green = run('turbo', [...tasks, '--continue', '--concurrency=2', '--output-logs=new-only', ...filters]);
closeRun(linted && green);
