import { expect, test } from 'vitest';
import { createClaimOwner, isOwnerGone, type ThisProcess } from './claim-owner.js';

const here: ThisProcess = { host: 'nas', pid: 10, run: 'b', isAlive: (pid) => pid === 20 };

test.each([
  ['nas/30/a/1', true, 'a process that is no more'],
  ['nas/20/a/1', false, 'a process that runs'],
  ['nas/10/b/1', false, 'another drain of this run'],
  ['nas/10/a/1', true, 'an earlier run with the same number, as in a container'],
  ['other/30/a/1', false, 'another machine'],
  ['somebody', false, 'a name of another kind'],
  ['nas/x/a/1', false, 'no process number'],
  ['nas/0/a/1', false, 'a number that is a whole group of processes'],
  ['nas/30/a/1/2', false, 'too many parts'],
])('%s is gone: %s (%s)', (owner, gone) => {
  expect(isOwnerGone(owner, here)).toBe(gone);
});

test('names of this process differ and are alive', () => {
  const names = [createClaimOwner(), createClaimOwner()];
  expect(new Set(names).size).toBe(2);
  expect(names.map((name) => isOwnerGone(name))).toEqual([false, false]);
});
