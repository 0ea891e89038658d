import { expect, test } from 'vitest';
import type { IngestProblem } from './ingest-photos.js';
import { createLateWatch } from './scan-problems.js';

const failed = (relPath: string, reason: IngestProblem['reason']): IngestProblem => ({ relPath, reason, message: '' });

test('a file that failed for a passing reason is worth one scan soon, not one after the other', () => {
  const isWorthAScan = createLateWatch();
  expect(isWorthAScan([])).toBe(false);
  expect(isWorthAScan([failed('a.jpg', 'undecodable'), failed('dir', 'unreadable_folder')])).toBe(false);
  expect(isWorthAScan([failed('a.jpg', 'read_timeout')])).toBe(true);
  expect(isWorthAScan([failed('a.jpg', 'timeout')])).toBe(false);
  expect(isWorthAScan([failed('a.jpg', 'timeout'), failed('b.jpg', 'ingest_failed')])).toBe(true);
  expect(isWorthAScan([])).toBe(false);
  expect(isWorthAScan([failed('a.jpg', 'read_timeout')])).toBe(true);
});
