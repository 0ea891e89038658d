import { spawnSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startMockApollo } from '@clip-watch/apollo-mock';
import { paintPicture, picture, tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { memoryOf, startServed } from './served.js';

const ORIGINAL_BYTES = 300 << 20;
const PATIENCE_MS = 120_000;
const HEADERS = { 'content-type': 'application/json' };

/** A photo with a long trailer, as phones make them that keep a film beside the picture. */
async function writeLargePhoto(path: string): Promise<void> {
  writeFileSync(path, await picture(paintPicture(640, 480), 'jpeg'));
  truncateSync(path, ORIGINAL_BYTES);
}

test.skipIf(process.platform !== 'linux')(
  'five searches by a part of a 300 MB original at once: the host never holds one of them',
  { timeout: 2 * PATIENCE_MS },
  async () => {
    using photos = tempFolder();
    await writeLargePhoto(join(photos.path, 'film.jpg'));
    await using apollo = await startMockApollo();
    await using server = await startServed({ APOLLO_URL: apollo.address }, [photos.path]);
    const status = async (): Promise<unknown> => (await fetch(`${server.url}/api/clip/status`)).json();
    await expect.poll(status, { timeout: PATIENCE_MS }).toMatchObject({ encoded: 1 });

    const before = memoryOf(server.pid, 'VmHWM') ?? 0;
    const body = JSON.stringify({ imageId: 1, crop: { x: 0.1, y: 0.1, width: 0.5, height: 0.5 } });
    const search = () => fetch(`${server.url}/api/search`, { method: 'POST', headers: HEADERS, body });
    const answers = await Promise.all(Array.from({ length: 5 }, search));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
    expect((memoryOf(server.pid, 'VmHWM') ?? 0) - before).toBeLessThan(ORIGINAL_BYTES / 2);
    expect(server.errorLines()).toEqual([]);

    // The figure would tell: a process that reads the photo has grown by all of it.
    const reader = `require('fs').readFileSync(${JSON.stringify(join(photos.path, 'film.jpg'))});
      console.log(/VmHWM:\\s+(\\d+)/.exec(require('fs').readFileSync('/proc/self/status', 'utf8'))[1])`;
    const { stdout } = spawnSync(process.execPath, ['-e', reader], { encoding: 'utf8' });
    expect(Number(stdout) * 1024).toBeGreaterThan(ORIGINAL_BYTES);
  },
);
