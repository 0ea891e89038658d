import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { REPOSITORY } from './workspace.js';

interface Summary {
  readonly passed: readonly string[];
  readonly skipped: readonly string[];
  readonly failures: readonly string[];
}

const folder = mkdtempSync(join(tmpdir(), 'clip-watch-summary-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the closing lines say of these runs, and the exit code. */
function closing(
  summaries: readonly Summary[],
  failedSteps: readonly string[] = [],
): { code: number | null; lines: string[] } {
  const files = summaries.map((summary, index) => {
    const file = join(folder, `${index}.json`);
    writeFileSync(file, JSON.stringify(summary));
    return file;
  });
  const script = join(REPOSITORY, 'scripts/sum-reports.mjs');
  const args = [script, ...files, '--', ...failedSteps];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { code: status, lines: stdout.trimEnd().split('\n') };
}

const GREEN: Summary = { passed: ['a.test.ts > x', 'a.test.ts > y'], skipped: [], failures: [] };
const SKIPPING: Summary = { passed: ['a.test.ts > x'], skipped: ['b.test.ts > z', 'b.test.ts > w'], failures: [] };

test('the last line counts', () => {
  const { code, lines } = closing([GREEN]);
  expect([code, lines.at(-1)]).toEqual([0, '2 passed, 0 failed, 0 skipped']);
  expect(lines.join('\n')).not.toContain('README');
});

test('a sentence before it says what to do about what was skipped, and where', () => {
  const { code, lines } = closing([SKIPPING]);
  expect([code, lines.at(-1)]).toEqual([0, '1 passed, 0 failed, 2 skipped']);
  expect(lines).toContain('    2  b.test.ts');
  expect(lines.at(-3)).toMatch(/test\/README\.md.*Nothing is wrong with this copy\.$/);
});

test('what one run skipped and another passed is not skipped; what both skipped is so once', () => {
  const other: Summary = { passed: ['b.test.ts > z'], skipped: ['b.test.ts > w'], failures: [] };
  expect(closing([SKIPPING, other]).lines.at(-1)).toBe('2 passed, 0 failed, 1 skipped');
});

test('a failed test fails it all, by name, and so does a step without any', () => {
  const failed = closing([{ ...GREEN, failures: ['c.test.ts > v\n    wrong'] }, SKIPPING], ['Node 24: red']);
  expect([failed.code, failed.lines.at(-1)]).toEqual([1, '3 passed, 1 failed, 2 skipped']);
  expect(failed.lines).toContain('FAILED c.test.ts > v');
  expect(failed.lines.join('\n')).not.toContain('Nothing is wrong');
  expect(failed.lines.join('\n')).not.toContain('Node 24');
  const { code, lines } = closing([GREEN, SKIPPING], ['Node 24: the second run did again']);
  expect([code, lines.at(-1)]).toEqual([1, '3 passed, 1 failed, 2 skipped']);
  expect(lines).toContain('FAILED Node 24: the second run did again');
});

test('nothing at all is no success', () => {
  expect(closing([{ passed: [], skipped: [], failures: [] }])).toMatchObject({ code: 1 });
});
