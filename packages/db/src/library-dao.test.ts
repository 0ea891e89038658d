import { expect, test } from 'vitest';
import { createTableBacklog } from './table-backlog.js';
import { openTestDatabase } from './testing/open-test-database.js';

test('a pause of the drain takes the place of no offline library, nor does its end', async () => {
  await using test = await openTestDatabase();
  const { libraries } = test.database;
  const backlog = createTableBacklog(test.database);
  const { id } = test.library;
  const standing = async () => {
    const library = await libraries.find(id);
    return [library?.state, library?.stateReason];
  };

  await backlog.setLibraryState(id, 'paused', 'the disk fails');
  expect(await standing()).toEqual(['paused', 'the disk fails']);
  await backlog.setLibraryState(id, 'online', null);
  expect(await standing()).toEqual(['online', null]);

  await libraries.update(id, { state: 'offline', stateReason: 'not there' });
  await backlog.setLibraryState(id, 'paused', 'the disk fails');
  expect(await standing()).toEqual(['offline', 'not there']);
  await backlog.setLibraryState(id, 'online', null);
  expect(await standing()).toEqual(['offline', 'not there']);
});
