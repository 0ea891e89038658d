// sum-reports.mjs STATUS STATUS FILE FILE: the closing line over several runs; fails when one of them did.
import { existsSync, readFileSync } from 'node:fs';

const args = process.argv.slice(2);
const statuses = args.filter((arg) => /^\d+$/.test(arg)).map(Number);
const total = { passed: 0, failed: 0, skipped: 0 };
for (const file of args.filter((arg) => arg.endsWith('.json'))) {
  const run = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { passed: 0, failed: 1, skipped: 0 };
  for (const key of Object.keys(total)) total[key] += run[key];
}
const bad = statuses.some((status) => status !== 0);
if (bad && total.failed === 0) total.failed = 1;
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exit(bad || total.failed > 0 || total.passed === 0 ? 1 : 0);
