// What the runners' own reports say, in one sum, and the closing lines: what failed, by name, then the count.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ROOT } from './workspace.mjs';

const MESSAGE_LINES = 12;

/** A summary: `passed` and `skipped` are tests, `failures` tests with what went wrong. */
export function addUp(summaries) {
  const all = (key) => summaries.flatMap((summary) => summary[key]);
  return { passed: all('passed'), skipped: all('skipped'), failures: all('failures') };
}

/** The summary of a run that should have been written, and was not. */
export function missingSummary(file) {
  return { passed: [], skipped: [], failures: [`${file} was not written`] };
}

/** The summary of one vitest report. */
export function readReport(file) {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const failures = report.testResults.flatMap(failuresOf);
  if (!report.success && failures.length === 0) failures.push(`${file}: the run failed, and no test of it did`);
  const tests = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, status }) => ({ test: `${relative(ROOT, name)} > ${fullName}`, status })),
  );
  const named = (isWanted) => tests.filter(({ status }) => isWanted(status)).map(({ test }) => test);
  return {
    passed: named((status) => status === 'passed'),
    skipped: named((status) => status !== 'passed' && status !== 'failed'),
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

/** The file of a test as a summary names it. */
export function fileOf(test) {
  return test.slice(0, test.indexOf(' > '));
}

/** Those that passed in no run, each once: what one run had to leave out, another may have been able to do. */
export function neverRun({ passed, skipped }) {
  const done = new Set(passed);
  return [...new Set(skipped)].filter((test) => !done.has(test));
}

export function printSummary(summary) {
  const { passed, failures } = summary;
  const say = (line) => process.stdout.write(`${line}\n`);
  const skipped = neverRun(summary);
  for (const failure of failures) say(`\nFAILED ${failure}`);
  if (skipped.length > 0) {
    say('\nSkipped:');
    for (const [file, count] of countByFile(skipped)) say(`${String(count).padStart(5)}  ${file}`);
    say(
      'These tests need files or programs that are not part of the repository; test/README.md says what each needs.' +
        (failures.length === 0 ? ' Nothing is wrong with this copy.' : ''),
    );
  }
  say(`\n${passed.length} passed, ${failures.length} failed, ${skipped.length} skipped`);
}

function countByFile(tests) {
  const counts = new Map();
  for (const test of tests) counts.set(fileOf(test), (counts.get(fileOf(test)) ?? 0) + 1);
  return counts;
}
