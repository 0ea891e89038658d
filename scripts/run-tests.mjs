// `npm test`: lint, types and tests of every package through turbo, then one line counted from the runners' own
// reports. `--deep` and `--nightly` run the long ones instead, and put what they measured into docs/reliability.md; every
// `--filter=…` goes to turbo, and leaves lint and types to the whole run.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { clearReports, closeRun } from './test-reports.mjs';
import { bin, ROOT, workspaceEnv } from './workspace.mjs';

const args = process.argv.slice(2);
const filters = args.filter((arg) => arg.startsWith('--filter'));
const size = ['deep', 'nightly'].find((name) => args.includes(`--${name}`));
const task = size === undefined ? 'test' : `test:${size}`;

/** turbo plays results back when nothing changed that they hang on: the folder beside the clone is one such thing. */
function testEnv() {
  const beside = join(ROOT, '../shared');
  const shared = existsSync(join(beside, 'photos/MANIFEST.tsv')) ? { CLIP_WATCH_TEST_SHARED: beside } : {};
  return { ...shared, ...workspaceEnv() };
}

function run(command, commandArgs) {
  const program = command === 'node' ? process.execPath : bin(command);
  return spawnSync(program, commandArgs, { cwd: ROOT, stdio: 'inherit', env: testEnv() }).status === 0;
}

clearReports(size);
const isWhole = task === 'test' && filters.length === 0;
const failedSteps = [];
function step(name, command, commandArgs) {
  if (!run(command, commandArgs)) failedSteps.push(name);
}

if (isWhole) step('lint', 'biome', ['check', '.']);
if (isWhole) step('format of documents', 'prettier', ['--check', '--log-level=warn', '.']);
const tasks = ['run', ...(isWhole ? ['types'] : []), task];
step('turbo', 'turbo', [...tasks, '--continue', '--concurrency=2', '--output-logs=new-only', ...filters]);
// After the attacks, not beside them: it takes a core for an hour.
if (size === 'nightly') step('mutation', 'node', ['scripts/mutation.mjs']);
if (size !== undefined) step('reliability report', 'node', ['scripts/reliability.mjs', size]);
closeRun(failedSteps);
