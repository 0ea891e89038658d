import { describe, expect, test } from 'vitest';
import { pickRows, sharePage } from './claim-plan.js';

const rows = (...names: readonly string[]) => names.map((name, at) => ({ id: at + 1, contentHash: name }));
const names = (picked: readonly { readonly contentHash: string }[]) =>
  picked.map(({ contentHash }) => contentHash).join('');

describe('sharePage', () => {
  test.each([
    { limit: 9, carry: 0, share: { fresh: 8, retries: 1, carry: 0 } },
    { limit: 256, carry: 0, share: { fresh: 228, retries: 28, carry: 4 } },
    { limit: 4, carry: 0, share: { fresh: 4, retries: 0, carry: 4 } },
    { limit: 4, carry: 5, share: { fresh: 3, retries: 1, carry: 0 } },
    { limit: 1, carry: 8, share: { fresh: 0, retries: 1, carry: 0 } },
  ])('of $limit places with $carry ninths left', ({ limit, carry, share }) => {
    expect(sharePage(limit, carry)).toEqual(share);
  });

  test('gives one place in nine to retries, whatever the size of the page', () => {
    for (const limit of [1, 2, 5, 7, 100]) {
      let carry = 0;
      let retries = 0;
      for (let page = 0; page < 900; page += 1) {
        const share = sharePage(limit, carry);
        carry = share.carry;
        retries += share.retries;
      }
      expect(retries).toBe(limit * 100);
    }
  });
});

describe('pickRows', () => {
  test.each([
    {
      what: 'fresh first, then its share of retries',
      fresh: 'abc',
      retries: 'xyz',
      share: [2, 1],
      flying: '',
      picked: 'abx',
    },
    {
      what: 'fresh rows fill what retries leave',
      fresh: 'abcd',
      retries: '',
      share: [2, 1],
      flying: '',
      picked: 'abc',
    },
    {
      what: 'retries alone when nothing is fresh',
      fresh: '',
      retries: 'xyz',
      share: [2, 1],
      flying: '',
      picked: 'xyz',
    },
    { what: 'one of equal bytes', fresh: 'aab', retries: 'ax', share: [3, 1], flying: '', picked: 'abx' },
    { what: 'none of bytes in flight', fresh: 'abc', retries: 'xa', share: [3, 1], flying: 'ax', picked: 'bc' },
  ])('$what', ({ fresh, retries, share, flying, picked }) => {
    const page = { fresh: rows(...fresh), retries: rows(...retries) };
    expect(names(pickRows(page, { fresh: share[0]!, retries: share[1]! }, new Set(flying)))).toBe(picked);
  });
});
