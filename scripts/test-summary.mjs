// What the runners' own reports say, in one sum, and the closing lines: what failed, by name, then the count.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ROOT } from './workspace.mjs';

const MESSAGE_LINES = 12;

export function addUp(summaries) {
  const total = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const { passed, failed, skipped, failures } of summaries) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
    total.failures.push(...failures);
  }
  return total;
}

/** The sum of a run that should have been written, and was not. */
export function missingSummary(file) {
  return { passed: 0, failed: 1, skipped: 0, failures: [`${file} was not written`] };
}

/** The sum of one vitest report. */
export function readReport(file) {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const failures = report.testResults.flatMap(failuresOf);
  if (!report.success && failures.length === 0) failures.push(`${file}: the run failed, and no test of it did`);
  return {
    passed: report.numPassedTests,
    failed: failures.length,
    skipped: report.numPendingTests + report.numTodoTests,
    failures,
  };
}

function failuresOf({ name, status, message, assertionResults }) {
  const place = relative(ROOT, name);
  const failed = assertionResults.filter((test) => test.status === 'failed');
  // A file that could not even be loaded has no failed test of its own, yet it failed.
  if (failed.length === 0 && status === 'failed') return [`${place}\n${shortened(message)}`];
  return failed.map((test) => `${place} > ${test.fullName}\n${shortened(test.failureMessages.join('\n'))}`);
}

function shortened(message) {
  const lines = stripVTControlCharacters(message).split('\n');
  const told = lines.filter((line) => !line.includes('/node_modules/')).slice(0, MESSAGE_LINES);
  return told.map((line) => `    ${line.slice(0, 400)}`).join('\n');
}

export function printSummary({ passed, failed, skipped, failures }) {
  for (const failure of failures) process.stdout.write(`\nFAILED ${failure}\n`);
  process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
}
