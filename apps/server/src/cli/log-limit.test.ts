import { expect, test } from 'vitest';
import { createLogLimit } from './log-limit.js';

const full = (): Error => Object.assign(new Error('no space left'), { code: 'ENOSPC' });
const wrapped = (): Error =>
  Object.assign(new Error('cannot keep it', { cause: full() }), { code: 'SOMETHING_OF_ITS_OWN' });

test('one line a minute of one condition, whoever meets it, with how many were left out', () => {
  let time = 0;
  const limit = createLogLimit(() => time);
  const lines = [{ err: full() }, { err: wrapped() }, { code: 'DISK_FULL' }, full(), { err: { code: 'EDQUOT' } }];
  expect(lines.map((line) => limit.admit(line))).toEqual([0, undefined, undefined, undefined, undefined]);
  time = 59_999;
  expect(limit.admit({ err: full() })).toBeUndefined();
  time = 60_000;
  expect([limit.admit({ err: full() }), limit.admit({ err: full() })]).toEqual([5, undefined]);
});

test.each([
  [undefined],
  ['only words'],
  [{ libraryId: 1 }],
  [{ err: new Error('something else') }],
  [{ err: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) }],
  [{ err: Object.assign(new Error('odd'), { code: 'constructor' }) }],
])('what is no condition of the machine is always told: %j', (fields) => {
  const limit = createLogLimit(() => 0);
  expect([limit.admit(fields), limit.admit(fields)]).toEqual([0, 0]);
});

test('each condition has its own minute, and an error that causes itself ends the look', () => {
  const limit = createLogLimit(() => 0);
  const circular = new Error('circular');
  circular.cause = circular;
  expect([{ err: full() }, { err: circular }, { code: 'FILE_GONE' }].map((line) => limit.admit(line))).toEqual([
    0, 0, 0,
  ]);
});
