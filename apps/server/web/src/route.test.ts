import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EMPTY_QUERY, formatRoute, HOME, isSearch, parseRoute, type Route, type SearchQuery } from './route.js';

describe('route', () => {
  test.each<[string, Route]>([
    ['', HOME],
    ['#/', HOME],
    ['#/nowhere', HOME],
    ['#/progress', { kind: 'progress' }],
    ['#/failures', { kind: 'failures', reason: null }],
    ['#/failures?reason=no_preview', { kind: 'failures', reason: 'no_preview' }],
    ['#/?q=dog&photo=7', { kind: 'photos', query: { ...EMPTY_QUERY, text: 'dog' }, photo: 7 }],
    [
      '#/?like=4&crop=0.1,0.2,0.3,0.4',
      { kind: 'photos', query: { ...EMPTY_QUERY, like: 4, crop: [0.1, 0.2, 0.3, 0.4] }, photo: null },
    ],
  ])('reads %s', (hash, route) => {
    expect(parseRoute(hash)).toEqual(route);
  });

  test.each([
    ['#/?photo=-1', 'photo'],
    ['#/?photo=1e3', 'photo'],
    ['#/?like=abc', 'like'],
    ['#/?like=4&crop=0,0,2,2', 'crop'],
    ['#/?like=4&crop=a,b,c,d', 'crop'],
    ['#/?crop=0,0,1,1', 'crop'],
    ['#/?after=yesterday', 'after'],
    ['#/?before=2024-99-01', 'before'],
  ])('ignores what makes no sense in %s', (hash) => {
    expect(parseRoute(hash)).toEqual(homeWithLike(hash));
  });

  test('every query survives the address bar', () => {
    const query: fc.Arbitrary<SearchQuery> = fc.record({
      text: fc.string({ unit: 'grapheme' }),
      notText: fc.string(),
      like: fc.option(fc.nat()),
      crop: fc.constant(null),
      upload: fc.option(fc.integer({ min: 1, max: 1e14 })),
      library: fc.option(fc.nat()),
      camera: fc.string(),
      after: fc.constantFrom('', '2020-02-29'),
      before: fc.constantFrom('', '2024-12-31'),
      weak: fc.boolean(),
    });
    fc.assert(
      fc.property(query, fc.option(fc.nat()), (wanted, photo) => {
        const route: Route = { kind: 'photos', query: wanted, photo };
        expect(parseRoute(formatRoute(route))).toEqual(route);
      }),
    );
  });

  test('filters alone are no search: they narrow the timeline', () => {
    expect(isSearch({ ...EMPTY_QUERY, library: 3, camera: 'Canon' })).toBe(false);
    expect(isSearch({ ...EMPTY_QUERY, text: 'dog' })).toBe(true);
    expect(isSearch({ ...EMPTY_QUERY, like: 0 })).toBe(true);
    expect(isSearch({ ...EMPTY_QUERY, upload: 1 })).toBe(true);
  });
});

// A good `like` beside a bad crop is kept.
function homeWithLike(hash: string): Route {
  return { kind: 'photos', query: { ...EMPTY_QUERY, like: hash.includes('like=4') ? 4 : null }, photo: null };
}
