import { expect, test } from 'vitest';
import { planBatch } from './batch-plan.js';

const RULES = { maxBatch: 8, maxDelayMs: 400, depth: 2 };
const IDLE = { waiting: 1, oldestWaitMs: 0, nextWithinMs: undefined, inHand: 0, isolated: false, nextIsSuspect: false };

test.each([
  ['nothing waits', { ...IDLE, waiting: 0 }, { kind: 'nothing' }],
  ['no other is expected', IDLE, { kind: 'send' }],
  ['another is expected soon', { ...IDLE, nextWithinMs: 60 }, { kind: 'wait', delayMs: 60 }],
  ['the next one is overdue', { ...IDLE, nextWithinMs: -1 }, { kind: 'send' }],
  [
    'it has waited for most of the time',
    { ...IDLE, oldestWaitMs: 390, nextWithinMs: 60 },
    { kind: 'wait', delayMs: 10 },
  ],
  ['it has waited long enough', { ...IDLE, oldestWaitMs: 400, nextWithinMs: 60 }, { kind: 'send' }],
  ['its sender is impatient', { ...IDLE, oldestTimeoutMs: 100, nextWithinMs: 60 }, { kind: 'wait', delayMs: 25 }],
  ['a batch is full', { ...IDLE, waiting: 8 }, { kind: 'send' }],
  ['a busy child gets no part of a batch', { ...IDLE, oldestWaitMs: 99, inHand: 1 }, { kind: 'nothing' }],
  ['a busy child gets a full batch ahead', { ...IDLE, waiting: 8, inHand: 1 }, { kind: 'send' }],
  ['a child has enough', { ...IDLE, waiting: 99, inHand: 2 }, { kind: 'nothing' }],
  ['a suspect goes to an idle child at once', { ...IDLE, nextIsSuspect: true }, { kind: 'send' }],
  [
    'a suspect does not join another batch',
    { ...IDLE, waiting: 9, inHand: 1, nextIsSuspect: true },
    { kind: 'nothing' },
  ],
  ['nothing joins a suspect', { ...IDLE, waiting: 9, inHand: 1, isolated: true }, { kind: 'nothing' }],
])('%s', (_name, situation, expected) => {
  expect(planBatch(situation, RULES)).toEqual(expected);
});
