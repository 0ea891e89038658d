// `npm test`: lint, types and tests of every package through turbo, then one line counted from the runners' own
// reports. `--deep` and `--nightly` run the long ones instead, and put what they measured into docs/reliability.md; every
// `--filter=…` goes to turbo.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addUp, printSummary, readReport } from './test-summary.mjs';
import { bin, ROOT, workspaceEnv } from './workspace.mjs';

const args = process.argv.slice(2);
const filters = args.filter((arg) => arg.startsWith('--filter'));
const size = ['deep', 'nightly'].find((name) => args.includes(`--${name}`));
const task = size === undefined ? 'test' : `test:${size}`;

function packages() {
  const nested = ['packages', 'apps', 'test'].flatMap((group) =>
    readdirSync(join(ROOT, group)).map((name) => join(ROOT, group, name)),
  );
  return [join(ROOT, 'proto'), ...nested].filter((folder) => existsSync(join(folder, 'package.json')));
}

function run(command, commandArgs) {
  const program = command === 'node' ? process.execPath : bin(command);
  return spawnSync(program, commandArgs, { cwd: ROOT, stdio: 'inherit', env: workspaceEnv() }).status === 0;
}

// Stale reports would be counted; turbo puts those of unchanged packages back.
for (const folder of packages()) rmSync(join(folder, 'reports/vitest.json'), { force: true });
for (const folder of packages()) rmSync(join(folder, `reports/attacks-${size}.json`), { force: true });
const linted = filters.length > 0 || run('biome', ['check', '.']);
const tasks = task === 'test' ? ['run', 'check', 'test'] : ['run', task];
const tested = run('turbo', [...tasks, '--continue', '--concurrency=2', '--output-logs=new-only', ...filters]);
// After the attacks, not beside them: it takes a core for an hour.
const mutated = size !== 'nightly' || run('node', ['scripts/mutation.mjs']);
const written = size === undefined || run('node', ['scripts/reliability.mjs', size]);
const green = tested && mutated && written;
const reports = packages().map((folder) => join(folder, 'reports/vitest.json'));
const total = addUp(reports.filter((file) => existsSync(file)).map(readReport));
if (!(linted && green) && total.failed === 0) total.failed = 1;
mkdirSync(join(ROOT, 'reports'), { recursive: true });
writeFileSync(join(ROOT, 'reports/summary.json'), JSON.stringify(total));
printSummary(total);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
