// `npm test`: lint, types and tests of every package through turbo, then one line counted from the runners' own
// reports. `--deep` runs the long ones instead; every `--filter=…` goes to turbo.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

function readReports() {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const folder of packages()) {
    const file = join(folder, 'reports/vitest.json');
    if (!existsSync(file)) continue;
    const report = JSON.parse(readFileSync(file, 'utf8'));
    total.passed += report.numPassedTests;
    // A suite that could not even be loaded has no failed test of its own, yet it failed.
    total.failed += Math.max(
      report.numFailedTests,
      report.success ? 0 : report.numFailedTestSuites,
      report.success ? 0 : 1,
    );
    total.skipped += report.numPendingTests + report.numTodoTests;
  }
  return total;
}

// Stale reports would be counted; turbo puts those of unchanged packages back.
for (const folder of packages()) rmSync(join(folder, 'reports/vitest.json'), { force: true });
const linted = filters.length > 0 || run('biome', ['check', '.']);
const tasks = task === 'test' ? ['run', 'check', 'test'] : ['run', task];
const green = run('turbo', [...tasks, '--continue', '--concurrency=2', '--output-logs=new-only', ...filters]);
const total = readReports();
if (!(linted && green) && total.failed === 0) total.failed = 1;
mkdirSync(join(ROOT, 'reports'), { recursive: true });
writeFileSync(join(ROOT, 'reports/summary.json'), JSON.stringify(total));
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
