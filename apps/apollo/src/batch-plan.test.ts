import { expect, test } from 'vitest';
import { planBatch } from './batch-plan.js';

const RULES = { maxBatch: 8, maxDelayMs: 5, depth: 2 };
const IDLE = { waiting: 1, oldestWaitMs: 0, inHand: 0, isolated: false, nextIsSuspect: false };

test.each([
  ['nothing waits', { ...IDLE, waiting: 0 }, { kind: 'nothing' }],
  ['one waits for company', { ...IDLE, oldestWaitMs: 2 }, { kind: 'wait', delayMs: 3 }],
  ['one has waited long enough', { ...IDLE, oldestWaitMs: 5 }, { kind: 'send' }],
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
