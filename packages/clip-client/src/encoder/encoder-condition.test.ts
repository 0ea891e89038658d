import { expect, test } from 'vitest';
import { transient, type Verdict } from '../stream/encode-outcome.js';
import { isProbing, newCondition, noteVerdict } from './encoder-condition.js';
import { BREAKER_FAILURES, BREAKER_ITEM_FAULTS } from './retry-policy.js';

const GOOD: Verdict = { kind: 'permanent', reason: 'undecodable', message: '' };
const AT_0 = { now: 0, random: 0, inFlight: 1 };
const FAULT = transient('protocol', 'nonsense');

test('20 items in a row that cannot be served break; a good one starts the count anew', () => {
  const condition = newCondition();
  for (let i = 1; i < BREAKER_ITEM_FAULTS; i++) expect(noteVerdict(condition, FAULT, AT_0)).toEqual({ kind: 'go_on' });
  noteVerdict(condition, GOOD, AT_0);
  for (let i = 1; i < BREAKER_ITEM_FAULTS; i++) expect(noteVerdict(condition, FAULT, AT_0)).toEqual({ kind: 'go_on' });
  expect(noteVerdict(condition, FAULT, AT_0)).toEqual({ kind: 'break', message: '20 items in a row failed: nonsense' });
});

test('while probing one fault is enough, and one good result ends the probing', () => {
  const condition = { ...newCondition(), failures: BREAKER_FAILURES };
  expect(noteVerdict(condition, FAULT, AT_0).kind).toBe('break');
  expect(isProbing(condition)).toBe(true);
  noteVerdict(condition, GOOD, AT_0);
  expect(isProbing(condition)).toBe(false);
});

test('an overload halves the window and pauses for as long as it asked; a second one costs more', () => {
  const condition = newCondition();
  const overloaded = (retryAfterMs: number): Verdict => ({ ...transient('overloaded', ''), retryAfterMs });
  const at = (inFlight: number) => ({ now: 1000, random: 1, inFlight });
  expect(noteVerdict(condition, overloaded(700), at(2))).toEqual({ kind: 'pause', forMs: 700 });
  expect(condition.pausedUntil).toBe(1700);
  expect(condition.busy.size).toBe(1);
  noteVerdict(condition, GOOD, at(1));
  expect(condition.pausedUntil).toBe(1700);
  expect(noteVerdict(condition, overloaded(0), at(1))).toEqual({ kind: 'go_on' });
  expect(noteVerdict(condition, overloaded(0), at(1))).toEqual({ kind: 'pause', forMs: 1000 });
  expect(condition.itemFaults).toBe(0);
});

test('a model that is loading pauses, and says nothing about the window', () => {
  const condition = newCondition();
  expect(noteVerdict(condition, transient('model_loading', ''), { ...AT_0, inFlight: 4 })).toMatchObject({
    kind: 'pause',
  });
  expect(condition.busy.size).toBe(Number.POSITIVE_INFINITY);
});

test('our own malformed items say nothing about the encoder', () => {
  const condition = newCondition();
  for (let i = 0; i < 100; i++)
    noteVerdict(condition, { kind: 'transient', errorClass: 'bug', reason: 'invalid_item', message: '' }, AT_0);
  expect(condition).toEqual(newCondition());
});
