import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { writeColour } from './colour-photos.js';

const MAIN = fileURLToPath(new URL('../../../apps/server/dist/cli/main.js', import.meta.url));

interface Told {
  readonly event: string;
  readonly message: string;
  readonly library: { readonly name: string } | null;
  readonly counts: { readonly photos: number; readonly encoded: number };
}

test('a server tells its webhook once when all is done and once when a library is away, and its log keeps the address to itself', async () => {
  using folder = tempFolder();
  const photos = join(folder.path, 'photos');
  for (const name of ['a', 'b', 'c']) {
    await writeColour(join(photos, `${name}.jpg`), [200, 20, name.charCodeAt(0)]);
    utimesSync(join(photos, `${name}.jpg`), 1e9, 1e9); // No file that may still grow.
  }
  const told: Told[] = [];
  const receiver = createServer(async (request, response) => {
    told.push((await json(request)) as Told); // Checked below, field by field.
    response.end();
  });
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  const { port } = receiver.address() as AddressInfo; // Listening on TCP.
  const child = spawn(process.execPath, [MAIN, 'serve', photos], {
    env: {
      ...{ PATH: process.env.PATH, HOME: folder.path, CLIP_WATCH_DATA_DIR: join(folder.path, 'data'), PORT: '0' },
      ...{ NOTIFY_URL: `http://127.0.0.1:${port}/s3cret`, SCAN_INTERVAL_S: '1', LOG_LEVEL: 'debug' },
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  try {
    await expect.poll(() => told.map(({ event }) => event), { timeout: 90_000 }).toEqual(['done']);
    expect(told[0]).toMatchObject({ library: null, counts: { photos: 3, encoded: 3, pending: 0, failed: 0 } });
    renameSync(photos, `${photos}-gone`);
    await expect.poll(() => told.map(({ event }) => event), { timeout: 60_000 }).toEqual(['done', 'library-offline']);
    expect(told[1]).toMatchObject({
      library: { name: 'photos' },
      message: expect.stringContaining('nothing is deleted'),
    });
    renameSync(`${photos}-gone`, photos);
    writeFileSync(join(photos, 'd.jpg'), 'no picture');
    await expect
      .poll(() => told.map(({ event }) => event), { timeout: 60_000 })
      .toEqual(['done', 'library-offline', 'done']);
    expect(told[2]).toMatchObject({ counts: { photos: 4, encoded: 3, failed: 1 } });
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
    receiver.close();
  }
  expect(log).not.toContain('s3cret');
});
