// sum-reports.mjs FILE… -- FAILED STEP…: the closing lines over several runs; fails when one of them did.
import { existsSync, readFileSync } from 'node:fs';
import { addUp, missingSummary, printSummary } from './test-summary.mjs';

const args = process.argv.slice(2);
const files = args.slice(0, args.indexOf('--'));
const failedSteps = args.slice(args.indexOf('--') + 1);
const total = addUp(
  files.map((file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : missingSummary(file))),
);
if (total.failures.length === 0) total.failures.push(...failedSteps);
printSummary(total);
process.exit(total.failures.length === 0 && total.passed.length > 0 ? 0 : 1);
