import { describe, expect, test } from 'vitest';
import { compileWildcards, placesOf, type WildcardToken } from './path-excluder-wildcards.js';

const PATH_BYTES = 4096;
const slash: WildcardToken = { kind: 'text', char: '/' };

/** Tokens in short: `*` and `?` as in a rule, `>` for any number of folders. */
function rule(text: string): WildcardToken[] {
  const tokens = [...text].map((char): WildcardToken => {
    if (char === '*') return { kind: 'any' };
    if (char === '?') return { kind: 'one' };
    return char === '>' ? { kind: 'folders' } : { kind: 'text', char };
  });
  return [...tokens, slash];
}

test.each([
  ['a*b', 'ab/', true],
  ['a*b', 'a/b/', false],
  ['?', '😎/', true],
  ['?', '/', false],
  ['>b', 'b/', true],
  ['>b', 'a/a/b/', true],
  ['>b', 'a/xb/', false],
  ['>*b', 'a/xb/', true],
  ['a/>b', 'a/b/', true],
  ['a/>b', 'ab/', false],
  [`${'a'.repeat(31)}*b`, `${'a'.repeat(31)}b/`, true],
  [`${'a'.repeat(32)}*b`, `${'a'.repeat(32)}b/`, true],
  [`${'a/'.repeat(16)}>*b`, `${'a/'.repeat(16)}b/`, true],
  [`${'a'.repeat(30)}/>*b`, `${'a'.repeat(30)}/x/b/`, true],
  [`${'a'.repeat(100)}?`, `${'a'.repeat(101)}/`, true],
  [`${'a'.repeat(100)}?`, `${'a'.repeat(100)}/`, false],
])('%j on %j: %j', (text, path, matched) => {
  expect(compileWildcards([rule(text)]).run(path).matched).toBe(matched);
});

test('a rule never runs into the next one', () => {
  const { run } = compileWildcards([rule('a*'), rule('b'), rule('*c')]);
  const matches = (path: string) => run(path).matched;
  expect(['a/', 'b/', 'c/', 'ac/'].map(matches)).toEqual([true, true, true, true]);
  expect(['d/', 'ba/'].map(matches)).toEqual([false, false]);
});

test.each([
  ['ab', 4],
  ['a*b', 4],
  ['?', 3],
  ['>*b', 4],
])('%j takes %d places', (text, places) => {
  expect(placesOf(rule(text))).toBe(places);
});

/** Steps are counted, not time: these make a matcher that tries again explode, or square. */
describe('a path of 4,096 bytes costs one step for each character and 32 places', () => {
  const name = 'a'.repeat(PATH_BYTES - 1);
  const folders = 'a/'.repeat(PATH_BYTES / 2);
  test.each([
    ['stars in one name', [`${'a*'.repeat(2000)}b`], `${name}/`],
    ['a star and a long text', [`*${'a'.repeat(4000)}b`], `${name}/`],
    ['any folders, many times', [`${'>a/'.repeat(1360)}b`], folders],
    ['any folders and stars', [`${'>*a*/'.repeat(800)}z`], `${'aaaaaaa/'.repeat(PATH_BYTES / 8)}`],
    ['a thousand rules', Array.from({ length: 1000 }, () => '>*b'), folders],
    ['characters of four bytes', [`*${'😎?'.repeat(2000)}b`], `${'😎'.repeat(1023)}/`],
  ])('%s', (_, rules, path) => {
    const wildcards = compileWildcards(rules.map(rule));
    const { matched, steps } = wildcards.run(path);
    const places = rules.reduce((sum, text) => sum + placesOf(rule(text)), 0);
    expect(matched).toBe(false);
    expect(wildcards.words).toBe(Math.ceil(places / 32));
    expect(steps).toBe([...path].length * wildcards.words);
  });
});
