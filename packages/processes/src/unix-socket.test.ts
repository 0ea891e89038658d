import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { expect, onTestFinished, test } from 'vitest';
import { freeSocketPath, socketPathOf } from './unix-socket.js';

/** A socket whose server was killed. */
function deadSocket(path: string): void {
  const program = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', program, path]);
  expect(existsSync(path)).toBe(true);
}

test('a dead socket goes, a live one stays', async () => {
  using folder = tempFolder();
  const [dead, live] = [join(folder.path, 'dead'), join(folder.path, 'live')];
  deadSocket(dead);
  const server = createServer().listen(live);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  expect([await freeSocketPath(dead), existsSync(dead)]).toEqual([true, false]);
  expect([await freeSocketPath(live), existsSync(live)]).toEqual([false, true]);
  expect(await freeSocketPath(join(folder.path, 'none'))).toBe(true);
});

test('what is no socket stays as it is', async () => {
  using folder = tempFolder();
  const [file, link, dead] = [join(folder.path, 'photos.db'), join(folder.path, 'link'), join(folder.path, 'dead')];
  writeFileSync(file, 'precious');
  deadSocket(dead);
  symlinkSync(dead, link);
  for (const path of [file, link, folder.path]) await freeSocketPath(path);
  expect([readFileSync(file, 'utf8'), existsSync(link), existsSync(dead)]).toEqual(['precious', true, true]);
});

test.each([
  ['unix:/run/a.sock', '/run/a.sock'],
  ['unix:///run/a.sock', '/run/a.sock'],
  ['unix:a.sock', 'a.sock'],
  ['unix:', ''],
  ['127.0.0.1:8484', undefined],
])('%s leads to %s', (address, path) => {
  expect(socketPathOf(address)).toBe(path);
});
