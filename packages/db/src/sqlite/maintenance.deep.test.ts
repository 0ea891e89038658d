import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openTestDatabase } from '../testing/open-test-database.js';
import { photo } from '../testing/rows.js';

const MEGABYTE = 1024 * 1024;
const WRITTEN_BYTES = 400 * MEGABYTE;
const ROWS = 100;
const ROW_BYTES = 2000;

test('400 MB in a row, and the log starts again at its beginning each time it is long', async () => {
  await using test = await openTestDatabase();
  const log = join(test.folder, 'test.db-wal');
  let longest = 0;
  for (let round = 0; round * ROWS * ROW_BYTES < WRITTEN_BYTES; round += 1) {
    const photos = Array.from({ length: ROWS }, (_value, at) =>
      photo(`${at}.jpg`, { lensModel: `${round}`.padEnd(ROW_BYTES, 'x'), content: `${round}/${at}` }),
    );
    await test.database.images.upsertPhotos(test.library.id, photos);
    longest = Math.max(longest, statSync(log).size);
  }
  expect(longest).toBeGreaterThan(8 * MEGABYTE);
  expect(longest).toBeLessThan(64 * MEGABYTE);
});
