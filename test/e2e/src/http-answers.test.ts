import { readFileSync, statSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startMockApollo } from '@clip-watch/apollo-mock';
import {
  EXPLANATION,
  FAILURES,
  FILTERS,
  HostError,
  IMAGE,
  IMAGES,
  LIBRARIES,
  SEARCH_ANSWER,
  STATUS,
} from '@clip-watch/server';
import { tempFolder } from '@clip-watch/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeColourPhotos } from './colour-photos.js';
import { openApp, openServer, type TestServer } from './open-server.js';

const FORM = 'multipart/form-data; boundary=b';

describe('answers', () => {
  const data = tempFolder();
  const photos = tempFolder();
  let apollo: Awaited<ReturnType<typeof startMockApollo>>;
  let server: TestServer;

  beforeAll(async () => {
    await writeColourPhotos(photos.path);
    apollo = await startMockApollo();
    server = await openServer({ dataDir: data.path, env: { APOLLO_URL: apollo.address } });
    const { library } = await server.host.keeper.add({ rootPath: photos.path });
    await server.host.keeper.scan(library.id);
    await server.host.drain?.drainOnce();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await apollo.close();
    data[Symbol.dispose]();
    photos[Symbol.dispose]();
  });

  type Answer = Awaited<ReturnType<TestServer['app']['inject']>>;
  const get = async (url: string, headers: Record<string, string> = {}): Promise<Answer> =>
    server.app.inject({ url, headers: { host: 'localhost', ...headers } });
  const post = async (url: string, payload: object): Promise<Answer> =>
    server.app.inject({ method: 'POST', url, payload, headers: { host: 'localhost' } });

  test.each([
    ['/api/clip/status', STATUS],
    ['/api/libraries', LIBRARIES],
    ['/api/images', IMAGES],
    ['/api/filters', FILTERS],
    ['/api/images/1', IMAGE],
    ['/api/images/1/clip', EXPLANATION],
    ['/api/clip/failures', FAILURES],
  ])('%s answers what its schema says', async (url, schema) => {
    const answer = await get(url);
    expect(answer.statusCode).toBe(200);
    schema.parse(answer.json());
  });

  test('a search by words, by a photo and by a part of one answer what the schema says', async () => {
    const crop = { x: 0, y: 0, width: 0.5, height: 0.5 };
    for (const body of [{ text: 'red' }, { text: 'red', notText: 'blue' }, { imageId: 1 }, { imageId: 1, crop }]) {
      const answer = await post('/api/search', body);
      expect(answer.statusCode, answer.body).toBe(200);
      SEARCH_ANSWER.parse(answer.json());
    }
  });

  test.each([
    ['PUT', '/api/images', 'GET'],
    ['POST', '/api/images/1/thumbnail', 'GET'],
    ['GET', '/api/libraries/1', 'PATCH, DELETE'],
  ] as const)('%s %s is a method that does not fit', async (method, url, fitting) => {
    const answer = await server.app.inject({ method, url, headers: { host: 'localhost' } });
    expect([answer.statusCode, answer.json()]).toMatchObject([405, { code: 'METHOD_NOT_ALLOWED' }]);
    expect(answer.headers.allow).toContain(fitting);
  });

  test('a photo is named by digits alone', async () => {
    for (const id of ['1e0', '0x1', '1.0', '%201', '4294967297', '0'])
      expect((await get(`/api/images/${id}`)).statusCode, id).toBe(400);
  });

  test('what a caller has already is not sent again, whatever a proxy made of its tag', async () => {
    for (const url of ['/api/images/1/thumbnail', '/api/images/1/original']) {
      const { etag } = (await get(url)).headers;
      for (const known of [`${etag}`, `"other", ${etag}`, `W/${etag}`, '*'])
        expect((await get(url, { 'if-none-match': known })).statusCode, known).toBe(304);
      expect((await get(url, { 'if-none-match': '"other"' })).statusCode).toBe(200);
    }
  });

  test.each([
    ['/api/clip/failures/retry', 'application/json', '{}', 400, 'exactly one is needed of ids'],
    ['/api/search', 'application/x-www-form-urlencoded', 'text=red', 415, 'content-type: application/json'],
    ['/api/search/image', 'application/json', '{}', 415, 'multipart/form-data'],
    // Fractions as JavaScript writes them are taken; what is missing is the picture.
    [`/api/search/image?crop=${0.1 + 0.2},0.1,0.2,0.2`, FORM, '--b--\r\n', 400, 'image: the picture is missing'],
    ['/api/search/image?minScore=', 'application/json', '{}', 400, 'minScore: is no number'],
  ])('%s says what it wants instead', async (url, type, payload, status, words) => {
    const headers = { host: 'localhost', 'content-type': type };
    const answer = await server.app.inject({ method: 'POST', url, payload, headers });
    expect([answer.statusCode, answer.json().detail]).toEqual([status, expect.stringContaining(words)]);
  });

  test('pages of a search and of the list hold every photo once', async () => {
    for (const next of [
      (cursor?: string) => post('/api/search', { text: 'red', limit: 2, ...(cursor === undefined ? {} : { cursor }) }),
      (cursor?: string) =>
        get(`/api/images?limit=2${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`),
    ]) {
      const ids: number[] = [];
      let cursor: string | undefined;
      do {
        const page = (await next(cursor)).json();
        ids.push(...page.items.map((item: { id: number }) => item.id));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect(ids.sort()).toEqual([1, 2, 3, 4, 5, 6]);
    }
  });

  test('filters narrow a search', async () => {
    expect((await post('/api/search', { text: 'red', library: 99 })).json().items).toEqual([]);
    expect((await post('/api/search', { text: 'red', library: 1, takenAfter: Date.now() + 1e9 })).json().items).toEqual(
      [],
    );
    expect(
      (await post('/api/search', { text: 'red', library: 1, takenBefore: Date.now() + 1e9 })).json().items,
    ).toHaveLength(6);
  });

  test('the same filters narrow the list, and what they can be set to is told', async () => {
    const [first] = (await get('/api/images?limit=1')).json().items;
    const { months } = (await get('/api/filters')).json();
    expect(months).toContain(new Date(first.takenAt ?? first.modifiedAt).toISOString().slice(0, 7));
    const later = Date.now() + 1e9;
    const count = async (query: string): Promise<number> => (await get(`/api/images?${query}`)).json().items.length;
    expect(await count(`takenBefore=${later}`)).toBe(6);
    expect(await count(`takenAfter=${later}`)).toBe(0);
    expect(await count('camera=none')).toBe(0);
  });

  test('an uploaded picture finds its likes', async () => {
    const original = await get('/api/images/1/original');
    const boundary = 'boundary-of-the-test';
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="image"; filename="x.jpg"\r\ncontent-type: image/jpeg\r\n\r\n`;
    const payload = Buffer.concat([Buffer.from(head), original.rawPayload, Buffer.from(`\r\n--${boundary}--\r\n`)]);
    const headers = { host: 'localhost', 'content-type': `multipart/form-data; boundary=${boundary}` };
    const answer = await server.app.inject({ method: 'POST', url: '/api/search/image?limit=3', payload, headers });
    expect(answer.statusCode, answer.body).toBe(200);
    expect(answer.json().items[0].id).toBe(1);
  });

  test('thumbnails are small WebP pictures with a name for their bytes', async () => {
    const answer = await get('/api/images/1/thumbnail');
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'image/webp']);
    expect(answer.rawPayload.subarray(8, 12).toString()).toBe('WEBP');
    const again = await get('/api/images/1/thumbnail', { 'if-none-match': String(answer.headers.etag) });
    expect(again.statusCode).toBe(304);
    expect((await get('/api/images/1/thumbnail?size=huge')).statusCode).toBe(400);
  });

  test('a file that was swapped for a moment leaves no thumbnail of itself', async () => {
    const row = (await get('/api/images/3')).json();
    const path = join(photos.path, row.relPath);
    const url = '/api/images/3/thumbnail?size=view';
    const own = readFileSync(path);
    const other = readFileSync(join(photos.path, (await get('/api/images/4')).json().relPath));
    const { atime, mtime } = statSync(path);
    writeFileSync(path, other);
    const crop = { x: 0, y: 0, width: 0.5, height: 0.5 };
    // At once, before a scan has seen the other bytes.
    const [swapped, searched] = await Promise.all([get(url), post('/api/search', { imageId: 3, crop })]);
    expect([swapped.statusCode, swapped.json().code]).toEqual([503, 'PHOTO_CHANGED']);
    expect(swapped.headers).toMatchObject({ 'cache-control': 'private, no-store', 'retry-after': '5' });
    expect(swapped.headers.etag).toBeUndefined();
    expect(searched.json().code).toBe('PHOTO_CHANGED');
    writeFileSync(path, own);
    utimesSync(path, atime, mtime);
    const others = (await get('/api/images/4/thumbnail?size=view')).rawPayload;
    // A scan may have read the other bytes, and looks again.
    const isBack = async (): Promise<boolean> => {
      const { statusCode, headers, rawPayload } = await get(url);
      return statusCode === 200 && headers['content-type'] === 'image/webp' && !rawPayload.equals(others);
    };
    await expect.poll(isBack, { timeout: 60_000 }).toBe(true);
  });

  test('a thumbnail that there is no room for says when to ask again', async () => {
    const busy = new HostError('BUSY', 'Too many pictures are being looked at.');
    const onDemand = { ...server.host.onDemand, thumbnail: () => Promise.reject(busy) };
    await using app = await openApp({ ...server.host, onDemand }, {});
    for (const size of ['grid', 'view']) {
      const answer = await app.inject({ url: `/api/images/5/thumbnail?size=${size}`, headers: { host: 'localhost' } });
      expect([answer.statusCode, answer.json().code]).toEqual([503, 'BUSY']);
      expect(answer.headers).toMatchObject({ 'cache-control': 'private, no-store', 'retry-after': '2' });
    }
  });

  test('originals answer ranges and conditions', async () => {
    const whole = await get('/api/images/1/original');
    expect(whole.headers['accept-ranges']).toBe('bytes');
    const part = await get('/api/images/1/original', { range: 'bytes=2-5' });
    expect([part.statusCode, part.rawPayload]).toEqual([206, whole.rawPayload.subarray(2, 6)]);
    expect((await get('/api/images/1/original', { range: `bytes=${whole.rawPayload.length}-` })).statusCode).toBe(416);
    expect((await get('/api/images/1/original', { 'if-none-match': String(whole.headers.etag) })).statusCode).toBe(304);
    const stale = await get('/api/images/1/original', { range: 'bytes=2-5', 'if-range': '"other"' });
    expect(stale.statusCode).toBe(200);
  });

  test('a photo that became a link out of the library is not given away', async () => {
    const row = (await get('/api/images/2')).json();
    const path = join(photos.path, row.relPath);
    unlinkSync(path);
    symlinkSync('/etc/hostname', path);
    const answer = await get('/api/images/2/original');
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ]);
  });

  test.each([
    ['GET', '/api/images/0', undefined, 400, 'BAD_REQUEST'],
    ['GET', '/api/images/abc', undefined, 400, 'BAD_REQUEST'],
    ['GET', '/api/images/99999', undefined, 404, 'NOT_FOUND'],
    ['GET', '/api/images?limit=0', undefined, 400, 'BAD_REQUEST'],
    ['GET', '/api/images?cursor=made-up', undefined, 400, 'BAD_REQUEST'],
    ['GET', '/api/images?colour=red', undefined, 400, 'BAD_REQUEST'],
    ['GET', '/api/images?takenAfter=yesterday', undefined, 400, 'BAD_REQUEST'],
    ['GET', '/api/nothing', undefined, 404, 'NOT_FOUND'],
    ['POST', '/api/search', {}, 400, 'BAD_REQUEST'],
    ['POST', '/api/search', { text: 'a', imageId: 1 }, 400, 'BAD_REQUEST'],
    ['POST', '/api/search', { text: 'x'.repeat(100_000) }, 400, 'BAD_REQUEST'],
    ['POST', '/api/search', { text: 'x'.repeat(2_000_000) }, 413, 'TOO_LARGE'],
    ['POST', '/api/search', { imageId: 99_999 }, 404, 'NOT_FOUND'],
    ['POST', '/api/search/image', { image: 'no form' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['POST', '/api/libraries', { rootPath: 'relative' }, 400, 'BAD_REQUEST'],
    ['POST', '/api/libraries', { rootPath: '/nowhere/at/all' }, 400, 'BAD_PATH'],
    ['POST', '/api/libraries', { rootPath: '/' }, 400, 'BAD_PATH'],
    ['PATCH', '/api/libraries/99', { name: 'x' }, 404, 'NOT_FOUND'],
    ['POST', '/api/libraries/99/scan', {}, 404, 'NOT_FOUND'],
    ['PATCH', '/api/clip/settings', { concurrency: 0 }, 400, 'BAD_REQUEST'],
    ['PATCH', '/api/clip/settings', { quietHours: 'all day' }, 400, 'BAD_REQUEST'],
    ['POST', '/api/clip/failures/retry', {}, 400, 'BAD_REQUEST'],
  ])('%s %s with %j is a problem document', async (method, url, payload, status, code) => {
    const answer = await server.app.inject({
      method: method as 'GET',
      url,
      headers: { host: 'localhost' },
      ...(payload === undefined ? {} : { payload }),
    });
    expect([answer.statusCode, answer.json().code], answer.body.slice(0, 300)).toEqual([status, code]);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({ title: expect.any(String), detail: expect.any(String), status });
  });

  test('pause and resume show in the status, and settings in their answer', async () => {
    expect((await post('/api/clip/pause', {})).json().state).toBe('paused');
    expect((await post('/api/clip/resume', {})).json().state).not.toBe('paused');
    const settings = { concurrency: 7, quietHours: '22:00-07:00' };
    const answer = await server.app.inject({
      method: 'PATCH',
      url: '/api/clip/settings',
      payload: settings,
      headers: { host: 'localhost' },
    });
    expect(answer.json()).toEqual({ ...settings, notice: null });
    await server.app.inject({
      method: 'PATCH',
      url: '/api/clip/settings',
      payload: { quietHours: null },
      headers: { host: 'localhost' },
    });
  });

  test('a change of nothing is a success', async () => {
    const headers = { host: 'localhost' };
    const answer = await server.app.inject({ method: 'PATCH', url: '/api/libraries/1', payload: {}, headers });
    expect(answer.statusCode, answer.body).toBe(200);
  });

  test('metrics count photos and hold no path', async () => {
    const metrics = async (): Promise<string> => (await get('/metrics')).body;
    // A test before this one rewrote an original, and the scan after a change of a library takes it up.
    await expect.poll(metrics, { timeout: 60_000 }).toContain('clip_watch_photos{status="encoded"} 6');
    expect(await metrics()).not.toContain('red.jpg');
  });
});
