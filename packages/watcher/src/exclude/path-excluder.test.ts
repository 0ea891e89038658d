import { plainlyExcluded } from '@clip-watch/test-support';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileExcluder } from './path-excluder.js';

describe('rules', () => {
  test.each([
    // pattern, path, excluded
    ['/Private', 'Private/a.jpg', true],
    ['/Private', 'x/Private/a.jpg', false],
    ['/Private/', 'Private/a.jpg', true],
    ['2019/Scans', '2019/Scans/deep/a.jpg', true],
    ['2019/Scans', 'x/2019/Scans/a.jpg', false],
    ['Trash', 'Trash/a.jpg', true],
    ['Trash', 'a/b/Trash/c/d.jpg', true],
    ['Trash/', 'a/Trash/b.jpg', true],
    ['Trash', 'Trash2/a.jpg', false],
    ['Trash', 'trash/a.jpg', false],
    ['*.tmp', 'a/b.tmp/c.jpg', true],
    ['*.tmp', 'a/b.tmpx/c.jpg', false],
    ['?at', 'cat/a.jpg', true],
    ['?at', 'at/a.jpg', false],
    ['?', '😎/a.jpg', true],
    ['/a/*/c', 'a/b/c/x.jpg', true],
    ['/a/*/c', 'a/c/x.jpg', false],
    ['/a/*/c', 'a/b/b/c/x.jpg', false],
    ['a/**/c', 'a/c/x.jpg', true],
    ['a/**/c', 'a/b/b/c/x.jpg', true],
    ['**/c', 'a/b/c/x.jpg', true],
    ['**/c', 'c/x.jpg', true],
    ['a/**', 'a/x.jpg', true],
    ['a/**', 'a', false],
    ['/a', 'a', true],
    ['Privé', 'Prive\u0301/a.jpg', true],
    ['Prive\u0301', 'Privé/a.jpg', true],
    ['Private', 'Private/a\nb.jpg', true],
    ['a\nb', 'a\nb/c.jpg', true],
    ['.*', '.git/x.jpg', true],
    ['*.png', 'a/b.png', true],
    ['[ab]', 'a/x.jpg', false],
    ['[ab]', '[ab]/x.jpg', true],
  ])('%j on %j: %j', (pattern, path, excluded) => {
    expect(compileExcluder([pattern]).excludes(path)).toBe(excluded);
  });

  test('the library itself is never excluded', () => {
    const excluder = compileExcluder(['*', 'a/**']);
    expect(excluder.excludesDirectory('')).toBe(false);
    expect(excluder.excludes('')).toBe(false);
  });

  test('names every bad pattern, not only the first', () => {
    const compile = () => compileExcluder(['ok', '', '/', '**', '!a', 'a/../b', 'a\0b']);
    expect(compile).toThrow(TypeError);
    for (const part of ['""', '"/"', '"**"', '"!a"', '"a/../b"', '"a\\u0000b"'])
      expect(compile).toThrow(expect.objectContaining({ message: expect.stringContaining(part) }));
  });

  test('the hash follows the rules and not their spelling', () => {
    const hash = (patterns: string[]) => compileExcluder(patterns).rulesHash;
    expect(hash(['Privé'])).toBe(hash(['Prive\u0301']));
    expect(hash(['a'])).not.toBe(hash(['/a']));
  });
});

describe('properties', () => {
  const name = fc.stringMatching(/^[abé.]{1,4}$/u);
  const patternName = fc.oneof(fc.stringMatching(/^[ab*?é.]{1,4}$/u), fc.constant('**'));
  const pathOf = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => names.join('/'));
  const patternOf = fc
    .tuple(fc.boolean(), fc.array(patternName, { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([rooted, names, slash]) => `${rooted ? '/' : ''}${names.join('/')}${slash ? '/' : ''}`)
    .filter((pattern) => compiles(pattern));

  // The deep run raises the number to 200,000.
  const numRuns = Number(process.env.CLIP_WATCH_TEST_RUNS ?? 3000);
  const timeout = 30_000 + numRuns * 2;

  test(
    'agrees with a slow twin that follows the words of the rules',
    () => {
      const agrees = fc.property(fc.array(patternOf, { maxLength: 6 }), pathOf, (patterns, path) => {
        const plainly = patterns.some((pattern) => plainlyExcluded(pattern, path));
        return compileExcluder(patterns).excludes(path) === plainly;
      });
      fc.assert(agrees, { numRuns });
    },
    timeout,
  );

  test(
    'what lies below an excluded folder is excluded, composed or decomposed',
    () => {
      const holds = fc.property(patternOf, pathOf, pathOf, (pattern, folder, rest) => {
        const excluder = compileExcluder([pattern.normalize('NFD')]);
        const path = `${folder}/${rest}`.normalize('NFC');
        return !excluder.excludesDirectory(folder.normalize('NFD')) || excluder.excludes(path);
      });
      fc.assert(holds, { numRuns });
    },
    timeout,
  );
});

describe('what a list may cost', () => {
  const places = (entries: number, length: number) => Array.from({ length: entries }, () => `/${'a'.repeat(length)}*`);

  test.each([
    ['stars in one name', `${'a*'.repeat(1020)}b`, 'a'.repeat(4096)],
    ['a star and a long text', `*${'a'.repeat(1000)}b`, 'a'.repeat(4096)],
    ['any folders, many times', '**/a/'.repeat(340), `${'b/'.repeat(2047)}b`],
    ['stars and folders', `${'*a*/**/'.repeat(340)}z`, `${'aaaaaaa/'.repeat(511)}a`],
  ])('the longest patterns are accepted: %s', (_, pattern, path) => {
    expect(compileExcluder([pattern]).excludes(path)).toBe(false);
  });

  test('a pattern longer than any path is refused', () => {
    expect(() => compileExcluder(['a'.repeat(4097)])).toThrow(/longer than 4096 characters/);
  });

  test('entries with wildcards are limited together, and the message says what to do', () => {
    expect(compileExcluder(places(1, 1022)).excludes(`${'a'.repeat(1022)}b`)).toBe(true);
    expect(() => compileExcluder(places(1, 1023))).toThrow(/1 entries .* 1025 places, and 1024 are allowed .* shorten/);
    expect(() => compileExcluder(places(25, 40))).toThrow(/the 25 entries with \* or \? take 1050 places/);
  });

  test('entries without wildcards are not', () => {
    const excluder = compileExcluder(Array.from({ length: 20_000 }, (_, n) => (n % 2 ? `/2019/folder-${n}` : `x${n}`)));
    expect(excluder.excludes('2019/folder-19999/a.jpg')).toBe(true);
    expect(excluder.excludes('a/x19998/a.jpg')).toBe(true);
    expect(excluder.excludes('2019/x1/folder-19999/a.jpg')).toBe(false);
  });
});

function compiles(pattern: string): boolean {
  try {
    compileExcluder([pattern]);
    return true;
  } catch {
    return false;
  }
}
