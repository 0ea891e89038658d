import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { addFigures } from './attack.js';
import { openRoundBook } from './round-book.js';

const ROUND = { seed: 1, ms: 20, figures: { kills: 3 }, error: null };
const RESULT = { rounds: [ROUND], control: null, missing: null };

test('a run that was killed goes on with the rounds and the time of its lives before', () => {
  using folder = tempFolder();
  const file = join(folder.path, 'cache/book.json');
  openRoundBook('nightly', file, 'abc').write('kill', RESULT, 20);
  const second = openRoundBook('nightly', file, 'def');
  expect(second.versions()).toEqual(['abc', 'def']);
  expect(second.resultOf('kill')).toEqual(RESULT);
  expect(second.resultOf('other').rounds).toEqual([]);
  second.write('kill', { ...RESULT, rounds: [ROUND, { ...ROUND, seed: 2 }] }, 30);
  expect(openRoundBook('nightly', file, 'abc').spentMs()).toBe(50);
});

test('a run that is complete leaves nothing for the next one; an incomplete one does', () => {
  using folder = tempFolder();
  const file = join(folder.path, 'book.json');
  const first = openRoundBook('nightly', file, 'abc');
  first.write('kill', RESULT, 20);
  first.close(false);
  expect(openRoundBook('nightly', file, 'abc').resultOf('kill')).toEqual(RESULT);
  expect(first.close(true)).toEqual({ kill: RESULT });
  expect(openRoundBook('nightly', file, 'abc').resultOf('kill').rounds).toEqual([]);
});

test('what is no book of this size is begun anew', () => {
  using folder = tempFolder();
  const file = join(folder.path, 'book.json');
  openRoundBook('deep', file, 'abc').write('kill', RESULT, 20);
  expect(openRoundBook('nightly', file, 'abc').resultOf('kill').rounds).toEqual([]);
  writeFileSync(file, '{"size": "nightly", "resu');
  expect(openRoundBook('nightly', file, 'abc').resultOf('kill').rounds).toEqual([]);
});

test('figures are added up, but of what is most the largest stays', () => {
  const rounds = [{ kills: 3, mostEndMs: 900 }, { kills: 2, mostEndMs: 400 }, {}];
  expect(addFigures(rounds)).toEqual({ kills: 5, mostEndMs: 900 });
});
