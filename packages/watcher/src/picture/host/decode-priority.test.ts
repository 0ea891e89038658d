import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { paintPicture, picture, tempFolder, threadPriorities } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { SMALL_TARGET } from '../../testing/faulty-host.js';
import { hashOf } from '../read-photo.js';
import { openDecodeHost } from './decode-host.js';

function decodeChild(): number {
  const pids = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').map(Number);
  return pids.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('decode-child')) ?? 0;
}

test.skipIf(!existsSync('/proc/self/task'))('every thread of the child has low priority, decoders too', async () => {
  using folder = tempFolder();
  const photo = await picture(paintPicture(3200, 2400), 'jpeg');
  writeFileSync(join(folder.path, 'a.jpg'), photo);
  await using host = await openDecodeHost({ threads: 2 });
  await host.prepare(
    { rootPath: folder.path, rootIdentity: null, relPath: 'a.jpg', contentHash: hashOf(photo) },
    SMALL_TARGET,
  );
  const found = threadPriorities(decodeChild());
  expect(found.map(({ name }) => name)).toContain('libvips worker');
  expect(found.filter(({ nice }) => nice < 10)).toEqual([]);
});

test.skipIf(!existsSync('/proc/self/autogroup'))(
  'the session that the child leads has low priority, ours has not',
  async () => {
    await using _host = await openDecodeHost({ threads: 1 });
    const ofChild = (): string => readFileSync(`/proc/${decodeChild()}/autogroup`, 'utf8');
    await expect.poll(ofChild, { timeout: 20_000 }).toMatch(/ nice 10\n$/);
    expect(readFileSync('/proc/self/autogroup', 'utf8')).not.toBe(ofChild());
  },
);
