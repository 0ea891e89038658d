// `npm test`: lint, types and tests of every package through turbo, then one line counted from the runners' own
// reports. `--deep` runs the long ones instead; every `--filter=…` goes to turbo.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addUp, printSummary, readReport } from './test-summary.mjs';
import { bin, ROOT, workspaceEnv } from './workspace.mjs';

const args = process.argv.slice(2);
const filters = args.filter((arg) => arg.startsWith('--filter'));
const task = args.includes('--deep') ? 'test:deep' : 'test';

function packages() {
  const nested = ['packages', 'apps', 'test'].flatMap((group) =>
    readdirSync(join(ROOT, group)).map((name) => join(ROOT, group, name)),
  );
  return [join(ROOT, 'proto'), ...nested].filter((folder) => existsSync(join(folder, 'package.json')));
}

function run(command, commandArgs) {
  return spawnSync(bin(command), commandArgs, { cwd: ROOT, stdio: 'inherit', env: workspaceEnv() }).status === 0;
}

// Stale reports would be counted; turbo puts those of unchanged packages back.
for (const folder of packages()) rmSync(join(folder, 'reports/vitest.json'), { force: true });
const linted = filters.length > 0 || run('biome', ['check', '.']);
const tasks = task === 'test' ? ['run', 'check', 'test'] : ['run', task];
const green = run('turbo', [...tasks, '--continue', '--concurrency=2', '--output-logs=new-only', ...filters]);
const reports = packages().map((folder) => join(folder, 'reports/vitest.json'));
const total = addUp(reports.filter((file) => existsSync(file)).map(readReport));
if (!(linted && green) && total.failed === 0) total.failed = 1;
mkdirSync(join(ROOT, 'reports'), { recursive: true });
writeFileSync(join(ROOT, 'reports/summary.json'), JSON.stringify(total));
printSummary(total);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
