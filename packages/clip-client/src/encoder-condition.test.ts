import { expect, test } from 'vitest';
import { transient, type Verdict } from './encode-outcome.js';
import { isProbing, newCondition, noteVerdict } from './encoder-condition.js';
import { BREAKER_FAILURES, BREAKER_ITEM_FAULTS } from './retry-policy.js';

const GOOD: Verdict = { kind: 'permanent', reason: 'undecodable', message: '' };
const FAULT = transient('protocol', 'nonsense');

test('20 items in a row that cannot be served break; a good one starts the count anew', () => {
  const condition = newCondition();
  for (let i = 1; i < BREAKER_ITEM_FAULTS; i++) expect(noteVerdict(condition, FAULT, 0, 0)).toEqual({ kind: 'go_on' });
  noteVerdict(condition, GOOD, 0, 0);
  for (let i = 1; i < BREAKER_ITEM_FAULTS; i++) expect(noteVerdict(condition, FAULT, 0, 0)).toEqual({ kind: 'go_on' });
  expect(noteVerdict(condition, FAULT, 0, 0)).toEqual({ kind: 'break', message: '20 items in a row failed: nonsense' });
});

test('while probing one fault is enough, and one good result ends the probing', () => {
  const condition = { ...newCondition(), failures: BREAKER_FAILURES };
  expect(noteVerdict(condition, FAULT, 0, 0).kind).toBe('break');
  expect(isProbing(condition)).toBe(true);
  noteVerdict(condition, GOOD, 0, 0);
  expect(isProbing(condition)).toBe(false);
});

test('an overload pauses for as long as it asked, and longer each time', () => {
  const condition = newCondition();
  expect(noteVerdict(condition, { ...transient('overloaded', ''), retryAfterMs: 700 }, 1000, 1)).toEqual({
    kind: 'pause',
    forMs: 700,
  });
  expect(condition.pausedUntil).toBe(1700);
  expect(noteVerdict(condition, transient('overloaded', ''), 1000, 1)).toEqual({ kind: 'pause', forMs: 1000 });
  expect(condition.itemFaults).toBe(0);
});

test('our own malformed items say nothing about the encoder', () => {
  const condition = newCondition();
  for (let i = 0; i < 100; i++)
    noteVerdict(condition, { kind: 'transient', errorClass: 'bug', reason: 'invalid_item', message: '' }, 0, 0);
  expect(condition).toEqual(newCondition());
});
