// sum-reports.mjs STATUS STATUS FILE FILE: the closing lines over several runs; fails when one of them did.
import { existsSync, readFileSync } from 'node:fs';
import { addUp, missingSummary, printSummary } from './test-summary.mjs';

const args = process.argv.slice(2);
const statuses = args.filter((arg) => /^\d+$/.test(arg)).map(Number);
const files = args.filter((arg) => arg.endsWith('.json'));
const total = addUp(
  files.map((file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : missingSummary(file))),
);
const bad = statuses.some((status) => status !== 0);
if (bad && total.failed === 0) total.failed = 1;
printSummary(total);
process.exit(bad || total.failed > 0 || total.passed === 0 ? 1 : 0);
