import { expect, test, vi } from 'vitest';
import { EMPTY_QUERY } from '../route.js';
import { photoFilters, toSearchRequest } from './search-request.js';

test('words go with their filters; days are whole', () => {
  const request = toSearchRequest(
    {
      ...EMPTY_QUERY,
      text: 'dog',
      notText: 'cat',
      library: 2,
      camera: 'Canon',
      after: '2024-01-01',
      before: '2024-01-01',
    },
    null,
  );
  expect(request).toMatchObject({ text: 'dog', notText: 'cat', library: 2, camera: 'Canon' });
  expect((request.takenBefore ?? 0) - (request.takenAfter ?? 0)).toBe(86_400_000 - 1);
});

test('a day that clocks are changed in is as long as it is', () => {
  vi.stubEnv('TZ', 'Europe/Berlin');
  const { takenAfter = 0, takenBefore = 0 } = photoFilters({
    ...EMPTY_QUERY,
    after: '2024-03-31',
    before: '2024-03-31',
  });
  vi.unstubAllEnvs();
  expect(takenBefore + 1 - takenAfter).toBe(23 * 3_600_000);
});

test('a photo stands in for the words, with its part', () => {
  const request = toSearchRequest(
    { ...EMPTY_QUERY, text: 'ignored', notText: 'too', like: 9, crop: [0.1, 0.2, 0.3, 0.4] },
    'next',
  );
  expect(request).toEqual({ imageId: 9, crop: { x: 0.1, y: 0.2, width: 0.3, height: 0.4 }, limit: 60, cursor: 'next' });
});

test('nothing is sent that was not asked for', () => {
  expect(toSearchRequest({ ...EMPTY_QUERY, text: 'dog' }, null)).toEqual({ text: 'dog', limit: 60 });
});
