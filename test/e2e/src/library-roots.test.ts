import { mkdirSync, rmdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openServer, type TestServer } from './open-server.js';
import { runCli } from './run-cli.js';

describe('LIBRARY_ROOTS', () => {
  const data = tempFolder();
  const place = tempFolder();
  const at = (name: string): string => join(place.path, name);
  let server: TestServer;
  beforeAll(async () => {
    for (const folder of ['photos/holiday', 'photography', 'private']) mkdirSync(at(folder), { recursive: true });
    symlinkSync(at('private'), at('photos/link'));
    symlinkSync(at('photos'), at('other-name'));
    const env = { LIBRARY_ROOTS: `${at('photos')},${at('not-there')}` };
    server = await openServer({ dataDir: data.path, env });
  }, 180_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    data[Symbol.dispose]();
    place[Symbol.dispose]();
  });
  const add = (rootPath: string) =>
    server.app.inject({ method: 'POST', url: '/api/libraries', headers: { host: 'localhost' }, payload: { rootPath } });

  test.each([
    ['beside it', 'private'],
    ['whose name only begins alike', 'photography'],
    ['by a link that leads out of it', 'photos/link'],
    ['by dots', 'photos/../private'],
    ['that is not there: nobody learns that', 'private/nothing'],
    ['below one that is not there', 'not-there/holiday'],
  ])('a folder %s is not added over HTTP', async (_, name) => {
    const answer = await add(`${place.path}/${name}`);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'BAD_PATH']);
    if (name !== 'not-there/holiday') expect(answer.json().detail).toContain('LIBRARY_ROOTS');
  });

  test('a library that became a link out of it is not accepted over HTTP', async () => {
    mkdirSync(at('photos/moved'));
    const { id } = (await add(at('photos/moved'))).json();
    rmdirSync(at('photos/moved'));
    symlinkSync(at('private'), at('photos/moved'));
    const url = `/api/libraries/${id}/accept-root`;
    const answer = await server.app.inject({ method: 'POST', url, headers: { host: 'localhost' } });
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'BAD_PATH']);
    await server.host.keeper.remove(id);
  });

  test('one below it is, and the command line may add others', async () => {
    expect((await add(at('photos/holiday'))).statusCode).toBe(201);
    await server.host.keeper.add({ rootPath: at('private') });
    expect((await server.host.keeper.list()).map(({ name }) => name)).toEqual(['holiday', 'private']);
  });
});

describe.skipIf(process.platform !== 'linux')('places of the system', () => {
  test.each(['/proc', '/proc/self', '/sys', '/dev', '/etc', '/run'])(
    '%s is no library, whoever asks',
    async (place) => {
      using data = tempFolder();
      const result = await runCli(['index', place], { dataDir: data.path });
      expect(result.code).toBe(2);
      expect(result.stderr).toContain('belongs to the system');
    },
  );

  test('a link to one is no way round', async () => {
    using data = tempFolder();
    using folder = tempFolder();
    symlinkSync('/etc', join(folder.path, 'photos'));
    const result = await runCli(['index', join(folder.path, 'photos')], { dataDir: data.path });
    expect([result.code, result.stderr]).toEqual([2, expect.stringContaining('belongs to the system')]);
  });
});
