import { expect, test } from 'vitest';
import { watchesVerdict } from './doctor-checks.js';

test.each([
  [8_192, 'limited'],
  [65_535, 'limited'],
  [65_536, 'fine'],
  [1_048_576, 'fine'],
])('%d folders that can be watched are %s', (most, state) => {
  const verdict = watchesVerdict(most);
  expect(verdict.state).toBe(state);
  expect(verdict.detail).toContain(String(most));
  expect(verdict.remedy === null).toBe(state === 'fine');
});
