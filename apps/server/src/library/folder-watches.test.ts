import { statSync } from 'node:fs';
import { identityOf } from '@clip-watch/library-root';
import { tempFolder } from '@clip-watch/test-support';
import { expect, test, vi } from 'vitest';
import { createFolderWatches, streakAfter } from './folder-watches.js';

test('a root that is another folder is told, one that is not is watched', async () => {
  using folder = tempFolder();
  const rootIdentity = identityOf(statSync(folder.path, { bigint: true }));
  const listener = { onChanged: vi.fn(), onLost: vi.fn(), onRootChanged: vi.fn(), onReplaced: vi.fn() };
  const other = { ...listener, onRootChanged: vi.fn() };
  await using watches = createFolderWatches();
  watches.listen(1, listener);
  watches.listen(2, other);
  watches.watch(1, { rootPath: folder.path, rootIdentity }, '');
  watches.watch(2, { rootPath: folder.path, rootIdentity: '1:2:3' }, '');
  await vi.waitFor(() => expect(other.onRootChanged).toHaveBeenCalled(), 20_000);
  expect(listener.onRootChanged).not.toHaveBeenCalled();
});

test('a child that ends soon lengthens the streak, one that lived long begins it anew', () => {
  expect([streakAfter(0, 10), streakAfter(3, 59_999), streakAfter(3, 60_000)]).toEqual([1, 4, 1]);
});
